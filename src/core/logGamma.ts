/**
 * ln Γ(x) for x > 0 by Stirling's series from x >= 10 on; relative error of Γ below 1e-12 up to x = 1000, from there on
 * the rounding of the result.
 */
export function logGamma(x: number): number {
  let raised = x;
  let product = 1;
  for (; raised < 10; raised += 1) product *= raised;
  const square = raised ** -2;
  const series =
    (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188)))) / raised;
  return (
    (raised - 0.5) * Math.log(raised) - raised + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product)
  );
}
