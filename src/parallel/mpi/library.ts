// The functions of an MPI library that pila calls, bound by koffi: Open MPI, and all with MPICH's binary interface.
import { BackendError } from "../../core/errors";

type Koffi = typeof import("koffi", { with: { "resolution-mode": "require" }});
type LibraryHandle = ReturnType<Koffi["load"]>;

/** The two MPI implementations pila knows; MPICH stands for every library with its binary interface. */
export type MpiFamily = "Open MPI" | "MPICH";

/** The dozen MPI functions pila calls, bound to one loaded library. */
export interface MpiLibrary {
  readonly family: MpiFamily;
  /** Such as `4.1.4`. */
  readonly version: string;
  /** Joins the job. Errors of later calls come back as exceptions instead of ending the process. */
  init(): void;
  rank(): number;
  size(): number;
  /** One blocking MPI_Send of at most 2^31 - 1 bytes. */
  send(bytes: Uint8Array, destination: number, tag: number): void;
  /** One blocking MPI_Recv of at most 2^31 - 1 bytes; the number of bytes that came. */
  receive(into: Uint8Array, source: number, tag: number): number;
  barrier(): void;
  finalize(): void;
  abort(code: number): void;
}

const FACTS = {
  "Open MPI": {
    fileNames: ["libmpi.so.40", "libmpi.40.dylib"],
    versionPattern: /^Open MPI v?(\d[\w.]*)/,
    packageName: "openmpi-bin",
  },
  MPICH: {
    // Debian names the library after the project; MPICH's own builds carry the name of the common interface.
    fileNames: ["libmpich.so.12", "libmpi.so.12", "libmpi.12.dylib"],
    versionPattern: /^MPICH Version:\s*(\d[\w.]*)/,
    packageName: "mpich",
  },
} as const satisfies Record<MpiFamily, object>;

/** Room for the longest text and the largest status of either MPI. */
const TEXT_BYTES = 8192;
const STATUS_BYTES = 64;
const THREAD_FUNNELED = 1;

/** MPICH's handles are numbers fixed by its binary interface; Open MPI's are addresses of its symbols. */
const MPICH_HANDLES = { world: 0x44000000, byte: 0x4c00010d, errorsReturn: 0x54000001 } as const;

/**
 * Loads the MPI library of a family and binds what pila uses; nothing of MPI is started yet.
 * @param env PILA_MPI_LIBRARY names a library file to load instead of the usual names
 * @throws BackendError there is no such library, or it says it is another MPI than the launcher's
 */
export function loadMpiLibrary(family: MpiFamily, env: NodeJS.ProcessEnv): MpiLibrary {
  // MPICH's UCX hooks memory calls by default, which made 7 of 133 starts of Node crash; 0 of 120 without.
  process.env.UCX_MEM_EVENTS ??= "n";
  const koffi = require("koffi") as Koffi;
  const { fileNames, versionPattern } = FACTS[family];
  const candidates = env.PILA_MPI_LIBRARY === undefined ? fileNames : [env.PILA_MPI_LIBRARY];
  const { library, name } = loadFirst(koffi, candidates, family);

  const text = readText(library.func("int MPI_Get_library_version(void *text, _Out_ int *length)"));
  const version = versionPattern.exec(text)?.[1];
  if (version === undefined) {
    throw new BackendError(
      `${name}: found "${text.split("\n", 1)[0]!.trim()}", expected ${family}, whose mpiexec started this rank; ` +
        "start it with the mpiexec of that library, or name the right library in PILA_MPI_LIBRARY",
    );
  }

  const handleType = family === "MPICH" ? "int" : "void *";
  const symbol = (name: string) => library.symbol(`ompi_mpi_${name}`, "char");
  const { world, byte, errorsReturn } =
    family === "MPICH"
      ? MPICH_HANDLES
      : { world: symbol("comm_world"), byte: symbol("byte"), errorsReturn: symbol("errors_return") };
  const bind = (definition: string) => library.func(definition.replaceAll("HANDLE", handleType));
  const initThread = bind("int MPI_Init_thread(void *argc, void *argv, int required, _Out_ int *provided)");
  const setErrorHandler = bind("int MPI_Comm_set_errhandler(HANDLE comm, HANDLE handler)");
  const commRank = bind("int MPI_Comm_rank(HANDLE comm, _Out_ int *rank)");
  const commSize = bind("int MPI_Comm_size(HANDLE comm, _Out_ int *size)");
  const sendBytes = bind("int MPI_Send(void *from, int count, HANDLE type, int to, int tag, HANDLE comm)");
  const receiveBytes = bind(
    "int MPI_Recv(void *into, int count, HANDLE type, int from, int tag, HANDLE comm, void *status)",
  );
  const getCount = bind("int MPI_Get_count(void *status, HANDLE type, _Out_ int *count)");
  const barrier = bind("int MPI_Barrier(HANDLE comm)");
  const finalize = bind("int MPI_Finalize()");
  const abort = bind("int MPI_Abort(HANDLE comm, int code)");
  const errorString = bind("int MPI_Error_string(int code, void *text, _Out_ int *length)");

  const status = new Uint8Array(STATUS_BYTES);
  const check = (code: number, call: string): void => {
    if (code === 0) return;
    const found = readText((text, length) => errorString(code, text, length));
    throw new BackendError(`${call}: found "${found}", expected no MPI error`);
  };
  const readInt = (call: string, run: (out: number[]) => number): number => {
    const out = [0];
    check(run(out), call);
    return out[0]!;
  };

  return {
    family,
    version,
    init: () => {
      readInt("MPI_Init_thread", (out) => initThread(null, null, THREAD_FUNNELED, out));
      check(setErrorHandler(world, errorsReturn), "MPI_Comm_set_errhandler");
    },
    rank: () => readInt("MPI_Comm_rank", (out) => commRank(world, out)),
    size: () => readInt("MPI_Comm_size", (out) => commSize(world, out)),
    send: (bytes, destination, tag) =>
      check(sendBytes(bytes, bytes.byteLength, byte, destination, tag, world), "MPI_Send"),
    receive: (into, source, tag) => {
      check(receiveBytes(into, into.byteLength, byte, source, tag, world, status), "MPI_Recv");
      return readInt("MPI_Get_count", (out) => getCount(status, byte, out));
    },
    barrier: () => check(barrier(world), "MPI_Barrier"),
    finalize: () => check(finalize(), "MPI_Finalize"),
    abort: (code) => void abort(world, code),
  };
}

function loadFirst(
  koffi: Koffi,
  names: readonly string[],
  family: MpiFamily,
): { library: LibraryHandle; name: string } {
  let cause: unknown;
  for (const name of names) {
    try {
      // Open MPI opens plug-ins that look for its symbols in the whole process.
      return { library: koffi.load(name, { global: true }), name };
    } catch (error) {
      cause ??= error;
    }
  }
  throw new BackendError(
    `found none of ${names.join(", ")}, expected the library of ${family}, whose mpiexec started this rank; ` +
      `install it (Debian: apt-get install ${FACTS[family].packageName}), or name its file in PILA_MPI_LIBRARY`,
    { cause },
  );
}

/** The text that a function of MPI writes into a buffer. */
function readText(write: (text: Buffer, length: number[]) => unknown): string {
  const text = Buffer.alloc(TEXT_BYTES);
  const length = [0];
  write(text, length);
  return text.toString("utf8", 0, length[0]);
}
