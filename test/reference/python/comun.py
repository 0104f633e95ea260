"""Lo que comparten los scripts: listar, leer y escribir imágenes, y acumular estadísticas por píxel."""

import argparse
import warnings
from pathlib import Path

import numpy as np
import rasterio
from rasterio.errors import NotGeoreferencedWarning

# Las imágenes en geometría de radar no tienen georreferencia: no hace falta avisarlo por cada archivo.
warnings.simplefilter("ignore", NotGeoreferencedWarning)


def argumentos(descripcion, workers=True):
    """Los argumentos de todos los scripts de estadísticas: INTENS_DIR MEAN STD [--workers N]."""
    parser = argparse.ArgumentParser(description=descripcion)
    parser.add_argument("intens_dir", type=Path, help="carpeta con los *_int_crop.tif")
    parser.add_argument("mean", type=Path, help="GeoTIFF de salida con la media temporal")
    parser.add_argument("std", type=Path, help="GeoTIFF de salida con el desvío estándar temporal (ddof 0)")
    parser.add_argument("--workers", type=int, default=1 if not workers else 2, help="cantidad de procesos")
    return parser.parse_args()


def argumentos_slc(descripcion):
    """Los argumentos de los scripts que van de los SLC a la media: SLC_DIR MEAN STD [--looks N] [--workers N]."""
    parser = argparse.ArgumentParser(description=descripcion)
    parser.add_argument("slc_dir", type=Path, help="carpeta con los *.slc.vrt")
    parser.add_argument("mean", type=Path, help="GeoTIFF de salida con la media temporal")
    parser.add_argument("std", type=Path, help="GeoTIFF de salida con el desvío estándar temporal (ddof 0)")
    parser.add_argument("--looks", type=int, default=4)
    parser.add_argument("--workers", type=int, default=2, help="cantidad de hilos")
    return parser.parse_args()


def listar_slc(carpeta):
    """Los binarios complex64 que nombran los *.slc.vrt de la carpeta, en orden de fecha, y su forma."""
    vrts = sorted(carpeta.glob("*.slc.vrt"))
    if not vrts:
        raise SystemExit(f"{carpeta}: no hay archivos *.slc.vrt")
    with rasterio.open(vrts[0]) as dataset:
        forma = dataset.shape
    return [vrt.resolve().with_suffix("") for vrt in vrts], forma


def listar_intensidades(carpeta):
    """Los recortes de intensidad de la carpeta, en orden de fecha."""
    archivos = sorted(carpeta.glob("*_int_crop.tif"))
    if not archivos:
        raise SystemExit(f"{carpeta}: no hay archivos *_int_crop.tif")
    return archivos


def leer(archivo):
    """La intensidad de una fecha, float32, filas x columnas; NaN donde no hay dato."""
    with rasterio.open(archivo) as dataset:
        return dataset.read(1)


def escribir(archivo, imagen):
    """Escribe una imagen como GeoTIFF float32 de una banda, sin comprimir."""
    filas, columnas = imagen.shape
    perfil = {"driver": "GTiff", "dtype": "float32", "count": 1, "height": filas, "width": columnas}
    with rasterio.open(archivo, "w", **perfil) as dataset:
        dataset.write(imagen.astype(np.float32, copy=False), 1)


class Acumulador:
    """Suma, suma de cuadrados y cantidad de fechas válidas de cada píxel, en float64."""

    def __init__(self, forma):
        self.cantidad = np.zeros(forma, np.int32)
        self.suma = np.zeros(forma)
        self.cuadrados = np.zeros(forma)

    def agregar(self, imagen):
        """Agrega una fecha; los NaN no cuentan."""
        valido = ~np.isnan(imagen)
        valores = np.where(valido, imagen, 0).astype(np.float64)
        self.cantidad += valido
        self.suma += valores
        valores *= valores
        self.cuadrados += valores

    def unir(self, otro):
        """Agrega lo acumulado por otro proceso."""
        self.cantidad += otro.cantidad
        self.suma += otro.suma
        self.cuadrados += otro.cuadrados

    def resultado(self):
        """Media y desvío estándar (ddof 0); NaN donde ninguna fecha es válida."""
        with np.errstate(invalid="ignore", divide="ignore"):
            media = self.suma / self.cantidad
            varianza = self.cuadrados / self.cantidad - media * media
        return media, np.sqrt(np.maximum(varianza, 0))


def media_y_desvio(cubo):
    """Media y desvío estándar (ddof 0) de un cubo fechas x filas x columnas, sin contar los NaN."""
    acumulador = Acumulador(cubo.shape[1:])
    for imagen in cubo:
        acumulador.agregar(imagen)
    return acumulador.resultado()
