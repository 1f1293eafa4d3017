'use strict';
// Draws the three charts with uPlot from the values in the page; without a script the table of values remains.
(function () {
  const data = JSON.parse(document.getElementById('values').textContent);
  const charts = [];
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const tidy = (v) => (v == null ? '–' : Number(v.toPrecision(7)).toLocaleString('en'));
  const clock = (t, withDay) => new Date(t * 1000).toISOString().slice(withDay ? 0 : 11, 16).replace('T', ' ');
  function axis(scale, side) {
    return { scale, side, stroke: colour('--dim'), size: 64, grid: { stroke: colour('--line'), width: 1, show: side !== 1 },
      ticks: { stroke: colour('--line') }, values: (u, ticks) => ticks.map(tidy) };
  }
  function draw(id, names, scales) {
    const place = document.getElementById(id);
    // The first one is a broad band below the others: curves that are alike would hide each other.
    const series = names.map((n, i) => ({ label: data.labels[n], scale: scales[n], spanGaps: false, points: { size: 4 },
      stroke: colour(data.colours[n]) + (i || names.length === 1 ? '' : '70'), width: i || names.length === 1 ? 1.5 : 6,
      value: (u, v) => tidy(v) }));
    const sides = [...new Set(names.map((n) => scales[n]))];
    const options = { width: place.clientWidth, height: 260, series: [{ value: (u, t) => (t == null ? '–' : clock(t, true)) }, ...series],
      axes: [{ stroke: colour('--dim'), grid: { stroke: colour('--line'), width: 1 }, ticks: { stroke: colour('--line') },
        values: (u, ticks) => ticks.map((t) => clock(t, false)) }, ...sides.map((s, i) => axis(s, i ? 1 : 3))],
      scales: { x: { time: true }, y: { range: (u, low, high) => (low === high ? [low - 1, high + 1]
        : uPlot.rangeNum(low, high, 0.1, true)) } },
      tzDate: (t) => uPlot.tzDate(new Date(t * 1000), 'Etc/UTC'), cursor: { sync: { key: 'minutes' } } };
    const columns = [data.times, ...names.map((n) => data.columns[n])];
    charts.push(new uPlot(options, columns, place));
  }
  function all() {
    charts.splice(0).forEach((chart) => chart.destroy());
    draw('both', ['cloudwatch', 'datadog'], { cloudwatch: 'cloudwatch', datadog: 'datadog' });
    if (data.columns.reconciled.some((v) => v != null)) {
      draw('reconciled', ['cloudwatch', 'reconciled'], { cloudwatch: 'y', reconciled: 'y' });
      draw('difference', ['difference'], { difference: 'y' });
    }
    document.documentElement.dataset.drawn = String(charts.length);
  }
  all();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', all);
  let waiting = 0;
  addEventListener('resize', () => { clearTimeout(waiting); waiting = setTimeout(all, 100); });
  addEventListener('beforeprint', all);
})();
