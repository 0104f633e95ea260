"""De los SLC a la media y el desvío en una pasada, por bloques de filas, con numpy en varios hilos.

numpy suelta el GIL mientras calcula, así que los hilos trabajan a la vez. Cada bloque se lee de cada fecha en un
arreglo chico que se vuelve a usar: entra en la caché del procesador.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from comun import Acumulador, argumentos_slc, escribir, listar_slc

BYTES_POR_LECTURA = 1 << 19


class Bloques:
    """Los arreglos de trabajo de un hilo y los resultados, que comparten todos."""

    def __init__(self, archivos, forma, looks):
        self.archivos, (self.alto, self.ancho), self.looks = archivos, forma, looks
        self.filas, self.columnas = self.alto // looks, self.ancho // looks
        self.filas_por_bloque = max(1, BYTES_POR_LECTURA // (8 * self.ancho * looks))
        self.media = np.empty((self.filas, self.columnas), np.float32)
        self.desvio = np.empty((self.filas, self.columnas), np.float32)

    def intensidad(self, muestras):
        """Promedio de |S|² por celda; NaN donde todas las muestras son exactamente 0+0i."""
        looks, usadas = self.looks, self.columnas * self.looks
        partes = muestras[:, :usadas].view(np.float32).reshape(-1, looks, 2 * usadas)
        potencia = np.square(partes[:, 0])
        cuadrado = np.empty_like(potencia)
        for linea in range(1, looks):
            potencia += np.square(partes[:, linea], out=cuadrado)
        # El producto por un vector constante suma cada celda mucho más rápido que sum(axis=-1).
        pesos = np.full(2 * looks, 1 / looks**2, np.float32)
        celdas = potencia.reshape(-1, self.columnas, 2 * looks) @ pesos
        vacias = celdas == 0
        if vacias.any():
            vacias &= ~muestras[:, :usadas].reshape(-1, looks, self.columnas, looks).any(axis=(1, 3))
            celdas[vacias] = np.nan
        return celdas

    def calcular(self, desde):
        """Lee un bloque de filas de todas las fechas y escribe su media y su desvío."""
        hasta = min(desde + self.filas_por_bloque, self.filas)
        muestras = np.empty(((hasta - desde) * self.looks, self.ancho), np.complex64)
        acumulador = Acumulador((hasta - desde, self.columnas))
        for archivo in self.archivos:
            with open(archivo, "rb", buffering=0) as slc:
                slc.seek(8 * self.ancho * self.looks * desde)
                slc.readinto(muestras)
            acumulador.agregar(self.intensidad(muestras))
        self.media[desde:hasta], self.desvio[desde:hasta] = acumulador.resultado()


def main():
    args = argumentos_slc(__doc__)
    bloques = Bloques(*listar_slc(args.slc_dir), args.looks)
    with ThreadPoolExecutor(args.workers) as hilos:
        list(hilos.map(bloques.calcular, range(0, bloques.filas, bloques.filas_por_bloque)))
    escribir(args.mean, bloques.media)
    escribir(args.std, bloques.desvio)


if __name__ == "__main__":
    main()
