/**
 * The WGSL files of this folder by name, without the ending. scripts/build-shaders.mjs writes the module that this file
 * declares: text in a JavaScript file is what every runtime and bundler can load.
 */
export declare const shaders: Record<string, string>;
