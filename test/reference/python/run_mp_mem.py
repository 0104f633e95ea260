"""Media y desvío temporales con memoria compartida: el padre lee todas las fechas, los procesos calculan por bandas."""

from multiprocessing import Pool
from multiprocessing.shared_memory import SharedMemory

import numpy as np
import rasterio

from comun import argumentos, escribir, listar_intensidades, media_y_desvio

# En cada proceso: los bloques de memoria compartida y los arreglos que los miran.
compartido = {}


def conectar(nombre_cubo, nombre_salida, forma):
    """Al arrancar un proceso: abre la memoria compartida con el cubo y con los resultados."""
    compartido["bloques"] = SharedMemory(nombre_cubo), SharedMemory(nombre_salida)
    cubo, salida = compartido["bloques"]
    compartido["cubo"] = np.ndarray(forma, np.float32, cubo.buf)
    compartido["salida"] = np.ndarray((2, *forma[1:]), np.float32, salida.buf)


def calcular(banda):
    """Media y desvío de una banda de filas, escritos en la memoria compartida."""
    desde, hasta = banda
    media, desvio = media_y_desvio(compartido["cubo"][:, desde:hasta])
    compartido["salida"][0, desde:hasta] = media
    compartido["salida"][1, desde:hasta] = desvio


def main():
    args = argumentos(__doc__)
    archivos = listar_intensidades(args.intens_dir)
    with rasterio.open(archivos[0]) as primera:
        filas, columnas = primera.shape
    forma = len(archivos), filas, columnas
    cubo = SharedMemory(create=True, size=4 * len(archivos) * filas * columnas)
    salida = SharedMemory(create=True, size=2 * 4 * filas * columnas)
    try:
        imagenes = np.ndarray(forma, np.float32, cubo.buf)
        for imagen, archivo in zip(imagenes, archivos):
            with rasterio.open(archivo) as dataset:
                dataset.read(1, out=imagen)
        alto = max(1, min(64, -(-filas // args.workers)))
        bandas = [(fila, min(fila + alto, filas)) for fila in range(0, filas, alto)]
        with Pool(args.workers, conectar, (cubo.name, salida.name, forma)) as pool:
            pool.map(calcular, bandas)
        media, desvio = np.ndarray((2, filas, columnas), np.float32, salida.buf)
        escribir(args.mean, media)
        escribir(args.std, desvio)
        del imagenes, imagen, media, desvio
    finally:
        for bloque in (cubo, salida):
            bloque.close()
            bloque.unlink()


if __name__ == "__main__":
    main()
