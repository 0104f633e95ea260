"""Media y desvío temporales con un pool: cada proceso acumula una lista de fechas y devuelve sus sumas parciales."""

from multiprocessing import Pool

from comun import Acumulador, argumentos, escribir, leer, listar_intensidades


def acumular(archivos):
    """Las sumas parciales de una lista de fechas."""
    primera, *demas = archivos
    imagen = leer(primera)
    acumulador = Acumulador(imagen.shape)
    acumulador.agregar(imagen)
    for archivo in demas:
        acumulador.agregar(leer(archivo))
    return acumulador


def main():
    args = argumentos(__doc__)
    archivos = listar_intensidades(args.intens_dir)
    workers = min(args.workers, len(archivos))
    listas = [archivos[i::workers] for i in range(workers)]
    with Pool(workers) as pool:
        total, *parciales = pool.map(acumular, listas, chunksize=1)
    for parcial in parciales:
        total.unir(parcial)
    media, desvio = total.resultado()
    escribir(args.mean, media)
    escribir(args.std, desvio)


if __name__ == "__main__":
    main()
