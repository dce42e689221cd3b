"""How each kind of panel looks in Grafana: its builder with options, colours and columns."""

from collections.abc import Callable
from typing import Any

from grafana_foundation_sdk.builders import (
    barchart,
    bargauge,
    common,
    dashboard,
    heatmap,
    stat,
    statetimeline,
    table,
    timeseries,
)
from grafana_foundation_sdk.models import common as look
from grafana_foundation_sdk.models import dashboard as models

from monitoring.grafana.panel import Limit, Panel

Made = (
    stat.Panel
    | timeseries.Panel
    | table.Panel
    | bargauge.Panel
    | barchart.Panel
    | heatmap.Panel
    | statetimeline.Panel
)
TEXT_MODES = {
    "value": look.BigValueTextMode.VALUE,
    "name": look.BigValueTextMode.NAME,
    "both": look.BigValueTextMode.VALUE_AND_NAME,
}


def drawn(panel: Panel) -> Made:
    """Return the builder of a panel with everything that depends on its kind."""
    return _DRAWN[panel.kind](panel)


def _stat(panel: Panel) -> stat.Panel:
    return (
        stat.Panel()
        .color_mode(look.BigValueColorMode.BACKGROUND_SOLID)
        .graph_mode(look.BigValueGraphMode.NONE)
        .text_mode(TEXT_MODES[panel.show])
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
        .mappings(_words(panel))
        .thresholds(_limits(panel.limits))
    )


def _timeseries(panel: Panel) -> timeseries.Panel:
    made = (
        timeseries.Panel()
        .legend(_legend())
        .thresholds(_limits(panel.limits))
        .line_width(2 if not panel.bars else 1)
        .fill_opacity(80 if panel.bars else 0)
        .draw_style(look.GraphDrawStyle.BARS if panel.bars else look.GraphDrawStyle.LINE)
    )
    if panel.bars:
        made = made.stacking(common.StackingConfig().mode(look.StackingMode.NORMAL))
    if panel.minimum is not None:
        made = made.axis_soft_min(panel.minimum)
    if len(panel.limits) > 1:
        mode = look.GraphThresholdsStyleMode.DASHED
        made = made.thresholds_style(common.GraphThresholdsStyleConfig().mode(mode))
    return made


def _table(panel: Panel) -> table.Panel:
    made = table.Panel().thresholds(_limits(panel.limits)).filterable(True)
    if panel.matrix:
        row, column, _ = (name for name, _ in panel.columns)
        options = {"rowField": row, "columnField": column, "valueField": "Value"}
        made = made.with_transformation(_step("groupingToMatrix", options))
        return made.color_scheme(_shade()).cell_options(look.TableColoredBackgroundCellOptions())
    made = made.with_transformation(_step("merge", {}))
    for step in _columns(panel):
        made = made.with_transformation(step)
    for name, unit in panel.columns:
        if unit:
            made = made.override_by_name(name, [models.DynamicConfigValue("unit", unit)])
    if panel.limits:
        painted = {"type": "color-background"}
        first = panel.queries[0].legend
        option = models.DynamicConfigValue("custom.cellOptions", painted)
        made = made.override_by_name(first, [option])
    return made


def _bargauge(panel: Panel) -> bargauge.Panel:
    made = (
        bargauge.Panel()
        .orientation(look.VizOrientation.HORIZONTAL)
        .display_mode(look.BarGaugeDisplayMode.BASIC)
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
        .thresholds(_limits(panel.limits))
    )
    if panel.minimum is not None:
        made = made.min(panel.minimum)
    if panel.maximum is not None:
        made = made.max(panel.maximum)
    return made


def _barchart(panel: Panel) -> barchart.Panel:
    key = panel.columns[0][0]
    made = (
        barchart.Panel()
        .x_field(key)
        .legend(_legend())
        .show_value(look.VisibilityMode.NEVER)
        .with_transformation(_step("joinByField", {"byField": key, "mode": "outer"}))
    )
    for step in _columns(panel):
        made = made.with_transformation(step)
    return made


def _heatmap(panel: Panel) -> heatmap.Panel:
    axis = heatmap.YAxisConfig().unit(panel.unit)
    return heatmap.Panel().calculate(False).y_axis(axis)


def _timeline(panel: Panel) -> statetimeline.Panel:
    return (
        statetimeline.Panel()
        .show_value(look.VisibilityMode.NEVER)
        .merge_values(True)
        .legend(_legend().show_legend(False))
        .color_scheme(dashboard.FieldColor().mode(models.FieldColorModeId.PALETTE_CLASSIC))
    )


_DRAWN: dict[str, Callable[[Panel], Made]] = {
    "stat": _stat,
    "timeseries": _timeseries,
    "table": _table,
    "bargauge": _bargauge,
    "barchart": _barchart,
    "heatmap": _heatmap,
    "timeline": _timeline,
}


def _columns(panel: Panel) -> list[models.DataTransformerConfig]:
    """Name the columns as our queries are called, put them in order, leave the others out."""
    several = len(panel.queries) > 1
    values = [f"Value #{'ABCDEFGH'[i]}" if several else "Value" for i in range(len(panel.queries))]
    names = {value: query.legend for value, query in zip(values, panel.queries, strict=True)}
    raw = {name: value for value, name in names.items()}
    order = {raw.get(name, name): place for place, (name, _) in enumerate(panel.columns)}
    shown = {"include": {"names": [name for name, _ in panel.columns]}}
    return [
        _step("organize", {"renameByName": names, "indexByName": order, "excludeByName": {}}),
        _step("filterFieldsByName", shown),
    ]


def _step(name: str, options: dict[str, Any]) -> models.DataTransformerConfig:
    return models.DataTransformerConfig(id_val=name, options=options)


def _limits(limits: tuple[Limit, ...]) -> dashboard.ThresholdsConfig:
    # The first one holds from minus infinity on, which Grafana writes as null.
    steps = [
        models.Threshold(limit.value if place else None, limit.colour)
        for place, limit in enumerate(limits)
    ] or [models.Threshold(None, "blue")]
    return dashboard.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(steps)


def _words(panel: Panel) -> list[models.ValueMapping]:
    texts = {f"{value:g}": models.ValueMappingResult(text) for value, text in panel.words}
    return [models.ValueMap(texts)] if texts else []


def _shade() -> dashboard.FieldColor:
    return dashboard.FieldColor().mode(models.FieldColorModeId.CONTINUOUS_BL_PU)


def _legend() -> common.VizLegendOptions:
    return (
        common.VizLegendOptions()
        .display_mode(look.LegendDisplayMode.LIST)
        .placement(look.LegendPlacement.BOTTOM)
        .show_legend(True)
        .calcs([])
    )
