"""De los SLC a la media y el desvío con sarxarray y dask: un grafo perezoso por trozos de filas, en varios hilos."""

import warnings

import dask
import sarxarray

from comun import argumentos_slc, escribir, listar_slc

MUESTRAS_POR_TROZO = 1 << 20

# Un píxel sin ninguna fecha válida divide por cero: su resultado es NaN, como tiene que ser.
warnings.filterwarnings("ignore", "invalid value encountered", RuntimeWarning)


def main():
    args = argumentos_slc(__doc__)
    archivos, (alto, ancho) = listar_slc(args.slc_dir)
    looks = args.looks
    # Trozos de filas enteras y múltiplos de los looks, para que ninguna celda quede partida entre dos trozos.
    filas = max(1, MUESTRAS_POR_TROZO // (ancho * looks)) * looks
    pila = sarxarray.from_binary(archivos, shape=(alto, ancho), chunks=(min(filas, alto), ancho))
    intensidad = pila["complex"].real ** 2 + pila["complex"].imag ** 2
    celdas = sarxarray.multi_look(intensidad, (looks, looks))
    celdas = celdas.where(celdas != 0)
    media = celdas.mean("time", dtype="float64")
    desvio = celdas.std("time", ddof=0, dtype="float64")
    with dask.config.set(scheduler="threads", num_workers=args.workers):
        media, desvio = dask.compute(media, desvio)
    escribir(args.mean, media.values)
    escribir(args.std, desvio.values)


if __name__ == "__main__":
    main()
