/** The kernels beside a bundle, which the bundler puts there. */
declare module '*.wasm' {
  const module: WebAssembly.Module;
  export default module;
}
