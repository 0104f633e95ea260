// What pila uses of WebAssembly: TypeScript declares it only together with the whole DOM.
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Memory {
    readonly buffer: SharedArrayBuffer;
    constructor(limits: { initial: number; maximum: number; shared: true });
  }
  class Instance {
    readonly exports: Record<string, unknown>;
    constructor(module: Module, imports: { env: { memory: Memory } });
  }
}
