"""De los SLC a la media y el desvío en una pasada, por bloques de filas, con numba en varios hilos.

La función compilada queda guardada en disco (cache=True): sólo la primera corrida la compila.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numba import njit

from comun import argumentos_slc, escribir, listar_slc

BYTES_POR_LECTURA = 1 << 19


@njit("void(float32[:, ::1], int64, float32[::1], uint8[::1], float64[:, ::1], float64[:, ::1], float64[:, ::1])",
      nogil=True, cache=True)
def agregar(partes, looks, potencia, minima, suma, cuadrados, cantidad):
    """Agrega un bloque de filas de una fecha; `partes` son re, im, re, im… por línea, `minima` es 0 donde falta alguna."""
    filas, columnas = suma.shape
    usadas = 2 * columnas * looks
    escala = np.float32(1 / looks**2)
    for fila in range(filas):
        potencia[:usadas] = 0
        minima[:] = 1
        for linea in range(fila * looks, (fila + 1) * looks):
            for i in range(usadas):
                potencia[i] += partes[linea, i] * partes[linea, i]
            for muestra in range(usadas // 2):
                if partes[linea, 2 * muestra] == 0 and partes[linea, 2 * muestra + 1] == 0:
                    minima[muestra // looks] = 0
        for columna in range(columnas):
            celda = np.float32(0)
            for i in range(2 * looks * columna, 2 * looks * (columna + 1)):
                celda += potencia[i]
            celda *= escala
            valida = not np.isnan(celda)
            if minima[columna] == 0 or not valida:
                total, presentes = 0.0, 0
                for linea in range(fila * looks, (fila + 1) * looks):
                    for i in range(2 * looks * columna, 2 * looks * (columna + 1), 2):
                        re, im = np.float64(partes[linea, i]), np.float64(partes[linea, i + 1])
                        muestra = re * re + im * im
                        if muestra > 0:
                            total += muestra
                            presentes += 1
                valida = 2 * presentes >= looks * looks
                if valida and presentes < looks * looks:
                    celda = np.float32(total / presentes)
            if valida:
                valor = np.float64(celda)
                suma[fila, columna] += valor
                cuadrados[fila, columna] += valor * valor
                cantidad[fila, columna] += 1


def main():
    args = argumentos_slc(__doc__)
    archivos, (alto, ancho) = listar_slc(args.slc_dir)
    looks = args.looks
    filas, columnas = alto // looks, ancho // looks
    filas_por_bloque = max(1, BYTES_POR_LECTURA // (8 * ancho * looks))
    media = np.empty((filas, columnas), np.float32)
    desvio = np.empty((filas, columnas), np.float32)

    def calcular(desde):
        hasta = min(desde + filas_por_bloque, filas)
        partes = np.empty(((hasta - desde) * looks, 2 * ancho), np.float32)
        potencia = np.empty(2 * ancho, np.float32)
        minima = np.empty(columnas, np.uint8)
        suma, cuadrados, cantidad = np.zeros((3, hasta - desde, columnas))
        for archivo in archivos:
            with open(archivo, "rb", buffering=0) as slc:
                slc.seek(8 * ancho * looks * desde)
                slc.readinto(partes)
            agregar(partes, looks, potencia, minima, suma, cuadrados, cantidad)
        with np.errstate(invalid="ignore", divide="ignore"):
            promedio = suma / cantidad
            varianza = cuadrados / cantidad - promedio * promedio
        media[desde:hasta] = promedio
        desvio[desde:hasta] = np.sqrt(np.maximum(varianza, 0))

    with ThreadPoolExecutor(args.workers) as hilos:
        list(hilos.map(calcular, range(0, filas, filas_por_bloque)))
    escribir(args.mean, media)
    escribir(args.std, desvio)


if __name__ == "__main__":
    main()
