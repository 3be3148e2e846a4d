/** The adapter: what it is, what it allows, and whether that is enough. */

export interface AdapterInfo {
  vendor: string;
  architecture: string;
  description: string;
  /** computed on the processor: right, but never faster than WebAssembly */
  software: boolean;
  features: string[];
  limits: Limits;
}

/** The limits that work is cut to, as the adapter states them. */
export interface Limits {
  maxStorageBufferBindingSize: number;
  maxBufferSize: number;
  maxStorageBuffersPerShaderStage: number;
  maxComputeInvocationsPerWorkgroup: number;
  maxComputeWorkgroupStorageSize: number;
  maxComputeWorkgroupsPerDimension: number;
}

export const LIMITS = [
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
] as const satisfies (keyof Limits)[];

/** What the kernels are written for; WebGPU's own defaults are no lower. */
const NEEDED: Partial<Limits> = {
  maxStorageBuffersPerShaderStage: 8,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupStorageSize: 16384,
};

/** The most powerful adapter, or why none will do. */
export async function findAdapter(gpu: GPU): Promise<{ adapter: GPUAdapter; info: AdapterInfo } | string> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return 'WebGPU has no adapter on this machine';
  for (const [name, needed] of Object.entries(NEEDED) as [keyof Limits, number][]) {
    if (adapter.limits[name] < needed) return `the adapter's limit ${name} is ${adapter.limits[name]}; ${needed} is needed`;
  }
  const limits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]])) as unknown as Limits;
  const { vendor, architecture, description, device: model } = adapter.info;
  const software =
    (adapter.info as { isFallbackAdapter?: boolean }).isFallbackAdapter === true ||
    /swiftshader|llvmpipe|software|basic render/i.test(`${vendor} ${architecture} ${description} ${model}`);
  return { adapter, info: { vendor, architecture, description, software, features: [...adapter.features].sort(), limits } };
}
