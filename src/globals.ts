/**
 * Names of the platform that a TypeScript project may lack and that our types mention: without `lib: ["dom"]`, as in many a Node project,
 * there is no WebAssembly and no WebGPU for the compiler. Where they are there, empty interfaces merge with them and change nothing.
 */
declare global {
  namespace WebAssembly {
    interface Memory {}
    interface Module {}
  }
  interface GPU {}
  interface GPUAdapter {}
  interface GPUBindGroup {}
  interface GPUBindGroupLayout {}
  interface GPUBuffer {}
  interface GPUComputePipeline {}
  interface GPUDevice {}
}

export {};
