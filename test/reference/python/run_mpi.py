"""Media y desvío temporales con MPI: cada rango acumula una lista de fechas y un Reduce suma los parciales.

Se lanza con `mpiexec -n 4 python run_mpi.py INTENS_DIR MEAN STD`; con --workers N y sin mpiexec, lo llama solo.
"""

import os
import sys

from comun import Acumulador, argumentos, escribir, leer, listar_intensidades


def main():
    args = argumentos(__doc__)
    if not {"OMPI_COMM_WORLD_SIZE", "PMI_RANK", "PMIX_RANK"} & os.environ.keys():
        # Lo que Open MPI pide cuando se es root o hay más rangos que núcleos.
        for variable in ("ALLOW_RUN_AS_ROOT", "ALLOW_RUN_AS_ROOT_CONFIRM", "MCA_rmaps_base_oversubscribe"):
            os.environ.setdefault(f"OMPI_{variable}", "1")
        os.execvp("mpiexec", ["mpiexec", "-n", str(args.workers), sys.executable, *sys.argv])

    import rasterio
    from mpi4py import MPI

    mundo = MPI.COMM_WORLD
    archivos = listar_intensidades(args.intens_dir)
    with rasterio.open(archivos[0]) as primera:
        acumulador = Acumulador(primera.shape)
    for archivo in archivos[mundo.rank :: mundo.size]:
        acumulador.agregar(leer(archivo))

    for parcial in (acumulador.cantidad, acumulador.suma, acumulador.cuadrados):
        if mundo.rank == 0:
            mundo.Reduce(MPI.IN_PLACE, parcial, op=MPI.SUM, root=0)
        else:
            mundo.Reduce(parcial, None, op=MPI.SUM, root=0)
    if mundo.rank == 0:
        media, desvio = acumulador.resultado()
        escribir(args.mean, media)
        escribir(args.std, desvio)


if __name__ == "__main__":
    main()
