"""Intensidad |S|² multilook y recortada de cada SLC de una carpeta: escribe FECHA_int_crop.tif."""

import argparse
from pathlib import Path

import numpy as np
import rasterio
from rasterio.windows import Window

from comun import escribir


def multilook(intensidad, looks):
    """Promedio de celdas de looks x looks píxeles; la forma tiene que ser múltiplo de looks."""
    filas, columnas = intensidad.shape
    return intensidad.reshape(filas // looks, looks, columnas // looks, looks).mean(axis=(1, 3))


def preparar(vrt, looks, recorte, sin_dato):
    """La intensidad de una fecha en float32.

    Con `sin_dato` falta toda muestra que sea exactamente 0+0i o NaN: una celda es el promedio de las que están si son
    al menos la mitad, y si no, NaN.
    """
    with rasterio.open(vrt) as dataset:
        total = dataset.height // looks, dataset.width // looks
        filas, columnas, fila0, columna0 = recorte or (*total, 0, 0)
        if min(filas, columnas) < 1 or fila0 + filas > total[0] or columna0 + columnas > total[1]:
            raise SystemExit(f"{vrt}: el recorte {recorte} no entra en {total[0]} x {total[1]}")
        ventana = Window(columna0 * looks, fila0 * looks, columnas * looks, filas * looks)
        slc = dataset.read(1, window=ventana)
    intensidad = multilook(slc.real**2 + slc.imag**2, looks)
    if sin_dato:
        faltan = (slc == 0) | np.isnan(slc)
        if faltan.any():
            potencia = np.where(faltan, 0, slc.real.astype(np.float64) ** 2 + slc.imag.astype(np.float64) ** 2)
            presentes = 1 - multilook(faltan.astype(np.float64), looks)
            parcial = (presentes < 1) & (presentes >= 0.5)
            intensidad[parcial] = multilook(potencia, looks)[parcial] / presentes[parcial]
            intensidad[presentes < 0.5] = np.nan
    return intensidad


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("slc_dir", type=Path, help="carpeta con los *.slc.vrt")
    parser.add_argument("intens_dir", type=Path, help="carpeta de salida")
    parser.add_argument("--crop", help="filas,columnas,fila0,columna0 en píxeles multilook; por defecto todo")
    parser.add_argument("--looks", type=int, default=4)
    parser.add_argument("--nodata", choices=["zero", "none"], default="zero")
    args = parser.parse_args()
    recorte = tuple(int(numero) for numero in args.crop.split(",")) if args.crop else None

    vrts = sorted(args.slc_dir.glob("*.slc.vrt"))
    if not vrts:
        raise SystemExit(f"{args.slc_dir}: no hay archivos *.slc.vrt")
    args.intens_dir.mkdir(parents=True, exist_ok=True)
    for vrt in vrts:
        fecha = vrt.name.removesuffix(".slc.vrt")
        intensidad = preparar(vrt, args.looks, recorte, args.nodata == "zero")
        escribir(args.intens_dir / f"{fecha}_int_crop.tif", intensidad)


if __name__ == "__main__":
    main()
