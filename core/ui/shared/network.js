/* A dense autoencoder, from the file that core/models/weights.py packs. */

/** The layers in a packed file (its gzip already undone), an ArrayBuffer. */
export function unpack(buffer) {
  const view = new DataView(buffer);
  const length = view.getUint32(0, true);
  const { layers } = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const bytes = new Uint8Array(buffer);
  let at = 4 + length;
  return layers.map(({ inputs, outputs, step, low, activation, slope, name }) => {
    const count = inputs * outputs;
    const weights = new Float32Array(count); // those of one input together
    const lower = at + count;
    for (let i = 0, bit = 0; i < count; i++) {
      let value = (bytes[at + i] - 128) << low;
      for (let b = 0; b < low; b++, bit++) value |= ((bytes[lower + (bit >> 3)] >> (bit & 7)) & 1) << b;
      weights[i] = value * step;
    }
    at = lower + Math.ceil((count * low) / 8);
    const bias = new Float32Array(buffer.slice(at, at + 4 * outputs));
    at += 4 * outputs;
    return { inputs, outputs, weights, bias, activation, slope, name };
  });
}

/** What a layer does to its sums, in place. */
const ACTIVATIONS = {
  linear() {},
  relu(sums) {
    for (let i = 0; i < sums.length; i++) if (sums[i] < 0) sums[i] = 0;
  },
  leaky_relu(sums, slope) {
    for (let i = 0; i < sums.length; i++) if (sums[i] < 0) sums[i] *= slope;
  },
  sigmoid(sums) {
    for (let i = 0; i < sums.length; i++) sums[i] = 1 / (1 + Math.exp(-sums[i]));
  },
  tanh(sums) {
    for (let i = 0; i < sums.length; i++) sums[i] = Math.tanh(sums[i]);
  },
};

/** A network that answers without allocating anything. */
export class Network {
  constructor(layers) {
    this.layers = layers.map((layer) => ({
      ...layer,
      answer: new Float64Array(layer.outputs),
      activate: ACTIVATIONS[layer.activation],
    }));
    const latent = this.layers.find((layer) => layer.name === "latent");
    const last = this.layers.at(-1);
    if (!latent || last.name !== "reconstruction" || this.layers.some((layer) => !layer.activate))
      throw new Error("these layers are no autoencoder that can be run here");
    this.latent = latent.answer;
    this.reconstruction = last.answer;
  }

  /** Fill `latent` and `reconstruction` for an image (784 numbers). */
  run(image) {
    let given = image;
    for (const layer of this.layers) {
      addUp(layer, given);
      layer.activate(layer.answer, layer.slope);
      given = layer.answer;
    }
  }
}

const lit = [0, 0, 0, 0];

/** weights · given + bias. Inputs that are 0, such as paper, cost nothing; the others are taken by fours. */
function addUp({ inputs, outputs, weights, bias, answer }, given) {
  answer.set(bias);
  let found = 0;
  for (let j = 0; j < inputs; j++) {
    if (given[j] !== 0) lit[found++] = j;
    if (found < 4 && j < inputs - 1) continue;
    if (found === 4) {
      const [a, b, c, d] = lit;
      const [ga, gb, gc, gd] = [given[a], given[b], given[c], given[d]];
      const [wa, wb, wc, wd] = [a * outputs, b * outputs, c * outputs, d * outputs];
      for (let i = 0; i < outputs; i++)
        answer[i] += ga * weights[wa + i] + gb * weights[wb + i] + gc * weights[wc + i] + gd * weights[wd + i];
    } else {
      for (let k = 0; k < found; k++) {
        const g = given[lit[k]];
        const w = lit[k] * outputs;
        for (let i = 0; i < outputs; i++) answer[i] += g * weights[w + i];
      }
    }
    found = 0;
  }
}

/** The scores that need nothing but an image and its reconstruction, as in core/detection/scores.py. */
export const SCORES = {
  mae(image, reconstruction) {
    let sum = 0;
    for (let i = 0; i < image.length; i++) sum += Math.abs(image[i] - reconstruction[i]);
    return sum / image.length;
  },
  mse(image, reconstruction) {
    let sum = 0;
    for (let i = 0; i < image.length; i++) sum += (image[i] - reconstruction[i]) ** 2;
    return sum / image.length;
  },
  bce(image, reconstruction) {
    let sum = 0;
    for (let i = 0; i < image.length; i++) {
      const p = Math.min(Math.max(reconstruction[i], 1e-7), 1 - 1e-7);
      sum -= image[i] * Math.log(p) + (1 - image[i]) * Math.log1p(-p);
    }
    return sum / image.length;
  },
};

const networks = new Map();

/** The network that is packed at an address: fetched once a page, and kept by the browser, since the address is a hash
 * of what it holds. Rejected where it cannot be had or cannot be run. */
export function networkAt(address) {
  if (!networks.has(address)) networks.set(address, fetched(address));
  return networks.get(address);
}

async function fetched(address) {
  const response = await fetch(address, { cache: "force-cache" });
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  const bytes = response.body.pipeThrough(new DecompressionStream("gzip"));
  return new Network(unpack(await new Response(bytes).arrayBuffer()));
}
