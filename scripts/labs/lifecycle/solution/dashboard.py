from pathlib import Path

import altair as alt


def dashboard(frames, folder):
    place = Path(folder)

    def bars(name, label):
        return (
            alt.Chart(alt.Data(values=frames[name]), title=f"Sales by {label}")
            .mark_bar()
            .encode(x="sales:Q", y=alt.Y(f"{label}:N", sort="-x"), tooltip=[f"{label}:N", "sales:Q"])
        )

    months = (
        alt.Chart(alt.Data(values=frames["months"]), title="Sales by month")
        .mark_line(point=True)
        .encode(x="month:O", y="sales:Q", tooltip=["month:O", "sales:Q"])
    )
    charts = {
        "countries": bars("countries", "country"),
        "months": months,
        "lines": bars("lines", "line"),
        "customers": bars("customers", "customer"),
    }
    for name, chart in charts.items():
        chart.save(str(place / f"{name}.png"))
    page = (charts["countries"] | charts["months"]) & (charts["lines"] | charts["customers"])
    page.save(str(place / "dashboard.html"), inline=True)
