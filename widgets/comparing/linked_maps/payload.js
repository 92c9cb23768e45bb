// What the server sends for a pair of maps: the length of a JSON header (uint32, little-endian), the header, padding to
// a multiple of 8 bytes, and the arrays one after the other, each beginning at a multiple of 8.

const ARRAY_KINDS = {
  float32: Float32Array, int32: Int32Array, uint8: Uint8Array,
};

function aligned(place) {
  return Math.ceil(place / 8) * 8;
}

function unpacked(bytes) {
  const whole = bytes.slice(); // of its own, so that the arrays begin where their types allow
  const length = new DataView(whole.buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(whole.subarray(4, 4 + length)));
  const begin = aligned(4 + length);
  const arrays = {};
  for (const [name, { dtype, offset, size }] of Object.entries(header.arrays)) {
    arrays[name] = new ARRAY_KINDS[dtype](whole.buffer, begin + offset, size);
  }
  return { ...header, ...arrays };
}
