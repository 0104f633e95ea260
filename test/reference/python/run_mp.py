"""Media y desvío temporales con un pool: cada tarea lee una imagen y la devuelve entera; el padre acumula."""

from multiprocessing import Pool

from comun import Acumulador, argumentos, escribir, leer, listar_intensidades


def main():
    args = argumentos(__doc__)
    acumulador = None
    with Pool(args.workers) as pool:
        for imagen in pool.imap(leer, listar_intensidades(args.intens_dir)):
            acumulador = acumulador or Acumulador(imagen.shape)
            acumulador.agregar(imagen)
    media, desvio = acumulador.resultado()
    escribir(args.mean, media)
    escribir(args.std, desvio)


if __name__ == "__main__":
    main()
