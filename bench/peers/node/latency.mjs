// The times of single requests, all of them kept; percentiles as client/latency.h has them.
export class Latency {
  #ns = [];

  record(ns) {
    this.#ns.push(Number(ns));
  }

  get count() {
    return this.#ns.length;
  }

  percentileUs(percent) {
    if (this.#ns.length === 0) return 0;
    const sorted = Float64Array.from(this.#ns).sort();
    const rank = Math.max(1, Math.ceil((sorted.length * percent) / 100)) - 1;
    return sorted[Math.min(rank, sorted.length - 1)] / 1000;
  }
}
