from pathlib import Path

import altair as alt

SALES = {"title": "sales in US dollars", "axis": alt.Axis(format="$~s", tickCount=6)}
WIDTH = 380


def dashboard(frames, folder):
    place = Path(folder)

    def bars(name, label, title):
        return (
            alt.Chart(alt.Data(values=frames[name]), title=title, width=WIDTH)
            .mark_bar()
            .encode(
                x=alt.X("sales:Q", **SALES),
                y=alt.Y(f"{label}:N", title=None, sort="-x", axis=alt.Axis(labelLimit=240)),
                tooltip=[f"{label}:N", alt.Tooltip("sales:Q", format="$,.2f")],
            )
        )

    months = (
        alt.Chart(alt.Data(values=frames["months"]), title="Sales by month", width=WIDTH, height=420)
        .mark_line(point=True, strokeJoin="round")
        .encode(
            x=alt.X(
                "utcyearmonth(month):T",
                title="month of the order",
                axis=alt.Axis(format="%b %Y"),
                scale=alt.Scale(padding=10),
            ),
            y=alt.Y("sales:Q", **SALES),
            tooltip=["month:N", alt.Tooltip("sales:Q", format="$,.2f")],
        )
        .interactive(bind_y=False)
    )
    charts = {
        "countries": bars("countries", "country", "Sales by country"),
        "months": months,
        "lines": bars("lines", "line", "Sales by product line"),
        "customers": bars("customers", "customer", "The ten customers that bought for most"),
    }
    for name, chart in charts.items():
        chart.save(str(place / f"{name}.png"), scale_factor=2)
    page = (charts["countries"] | charts["months"]) & (charts["lines"] | charts["customers"])
    page.save(str(place / "dashboard.html"), inline=True)
