"""Media y desvío temporales en un solo proceso: lee una fecha tras otra y acumula."""

from comun import Acumulador, argumentos, escribir, leer, listar_intensidades


def main():
    args = argumentos(__doc__, workers=False)
    acumulador = None
    for archivo in listar_intensidades(args.intens_dir):
        imagen = leer(archivo)
        acumulador = acumulador or Acumulador(imagen.shape)
        acumulador.agregar(imagen)
    media, desvio = acumulador.resultado()
    escribir(args.mean, media)
    escribir(args.std, desvio)


if __name__ == "__main__":
    main()
