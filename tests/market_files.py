"""Files as market operators publish them, written from hours in UTC by the standard library's own clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np


def utc_hours(first: str, last: str) -> list[datetime]:
    """Every hour from `first` up to, not including, `last` (ISO, UTC)."""
    begin, end = datetime.fromisoformat(first).replace(tzinfo=UTC), datetime.fromisoformat(last).replace(tzinfo=UTC)
    return [begin + timedelta(hours=h) for h in range(int((end - begin) / timedelta(hours=1)))]


def local_year(year: int, zone: str) -> list[datetime]:
    """Every hour of a year of a place, as moments in UTC."""
    ends = [datetime(y, 1, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None).isoformat() for y in (year, year + 1)]
    return utc_hours(*ends)


def prices(hours: list[datetime]) -> np.ndarray:
    """A price that names its hour: no two hours within ten years have the same one."""
    return np.array([round((h - datetime(2020, 1, 1, tzinfo=UTC)) / timedelta(hours=1) * 0.001, 3) for h in hours])


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def ercot_dam(path: Path, hours: list[datetime], points: tuple[str, ...] = ("HB_WEST",), *, blanks: bool = False) -> Path:
    head = "Delivery Date,Hour Ending,Repeated Hour Flag,Settlement Point,Settlement Point Price"
    lines = [head if blanks else "DeliveryDate,HourEnding,SettlementPoint,SettlementPointPrice,DSTFlag"]
    for hour, price in zip(hours, prices(hours), strict=True):
        local = hour.astimezone(ZoneInfo("America/Chicago"))
        flag = "Y" if local.fold else "N"
        for number, point in enumerate(points):
            value = f" {price + 100 * number:.3f}"
            cells = (flag, point, value) if blanks else (point, value, flag)
            lines.append(",".join((f"{local:%m/%d/%Y}", f"{local.hour + 1:02d}:00", *cells)))
    return write(path, *lines)


def ercot_rtm(path: Path, hours: list[datetime]) -> Path:
    """Quarters whose mean is the price of the hour."""
    lines = [
        (
            "Delivery Date,Delivery Hour,Delivery Interval,Repeated Hour Flag,Settlement Point Name,Settlement Point Type,"
            "Settlement Point Price"
        )
    ]
    for hour, price in zip(hours, prices(hours), strict=True):
        local = hour.astimezone(ZoneInfo("America/Chicago"))
        for quarter, off in enumerate((-3.0, 1.0, 0.5, 1.5), 1):
            lines.append(f"{local:%m/%d/%Y},{local.hour + 1},{quarter},{'Y' if local.fold else 'N'},LZ_WEST,LZ,{price + off:.3f}")
    return write(path, *lines)


def pjm(path: Path, hours: list[datetime]) -> Path:
    lines = [
        (
            "datetime_beginning_utc,datetime_beginning_ept,pnode_id,pnode_name,voltage,equipment,type,zone,total_lmp_da,"
            "row_is_current,version_nbr"
        )
    ]
    for hour, price in reversed(list(zip(hours, prices(hours), strict=True))):
        local = hour.astimezone(ZoneInfo("America/New_York"))
        stamps = [f"{t.month}/{t.day}/{t.year} {t:%I:%M:%S %p}" for t in (hour, local)]
        lines.append(",".join((*stamps, "34964545", "DOM", "", "", "ZONE", "", f"{price:.3f}", "TRUE", "1")))
    return write(path, *lines)


def caiso(path: Path, hours: list[datetime], minutes: int = 60) -> Path:
    price_column = "MW" if minutes == 60 else "PRC"
    lines = [
        (
            "INTERVALSTARTTIME_GMT,INTERVALENDTIME_GMT,OPR_DT,OPR_HR,OPR_INTERVAL,NODE_ID_XML,NODE_ID,NODE,MARKET_RUN_ID,LMP_TYPE,"
            f"XML_DATA_ITEM,PNODE_RESMRID,GRP_TYPE,POS,{price_column},GROUP"
        )
    ]
    node = "TH_NP15_GEN-APND"
    for hour, price in zip(hours, prices(hours), strict=True):
        for step in range(60 // minutes):
            begin = hour + timedelta(minutes=step * minutes)
            end = begin + timedelta(minutes=minutes)
            stamps = [f"{t:%Y-%m-%dT%H:%M:%S}-00:00" for t in (begin, end)]
            for kind, value in (("MCE", 7.0), ("LMP", price), ("MCC", -1.0)):
                lines.append(
                    f"{stamps[0]},{stamps[1]},2023-01-01,1,0,{node},{node},{node},DAM,{kind},X,{node},ALL,0,{value:.3f},1"
                )
    return write(path, *lines)


def nyiso(path: Path, hours: list[datetime], zones: tuple[str, ...] = ("CAPITL", "N.Y.C.")) -> Path:
    lines = ['"Time Stamp","Name","PTID","LBMP ($/MWHr)","Marginal Cost Losses ($/MWHr)","Marginal Cost Congestion ($/MWHr)"']
    for hour, price in zip(hours, prices(hours), strict=True):
        local = hour.astimezone(ZoneInfo("America/New_York"))
        lines += [f'"{local:%m/%d/%Y %H:%M}","{zone}","6175{n}",{price + 100 * n:.3f},0.1,0' for n, zone in enumerate(zones)]
    return write(path, *lines)


def aeso(path: Path, hours: list[datetime]) -> Path:
    lines = [
        "Historical Pool Price",
        "",
        '"January 1, 2023 to December 31, 2023"',
        "",
        '"Date (HE)","Price ($)","30Ravg ($)","AIL Demand (MW)"',
    ]
    for hour, price in zip(hours, prices(hours), strict=True):
        local = hour.astimezone(ZoneInfo("America/Edmonton"))
        lines.append(f'"{local:%m/%d/%Y} {local.hour + 1:02d}{"*" if local.fold else ""}","{price:.3f}","40.00","9,854.0"')
    return write(path, *lines)


def ieso(path: Path, hours: list[datetime]) -> Path:
    lines = [
        "\\\\Yearly HOEP OR Predispatch Report,,,",
        "\\\\Created at 2024-01-01 08:02:24,,,",
        "\\\\For 2023,,,",
        "Date,Hour,HOEP,Hour 1 Predispatch",
    ]
    for hour, price in zip(hours, prices(hours), strict=True):
        local = hour - timedelta(hours=5)
        lines.append(f"{local:%Y-%m-%d},{local.hour + 1},{price:.3f},1.0")
    return write(path, *lines)


def entsoe_old(path: Path, hours: list[datetime], *, spring_row: bool = False) -> Path:
    """As the platform exported until 2024: no mark of the second hour, rows in order."""
    lines = ['"MTU (CET/CEST)","Day-ahead Price [EUR/MWh]","Currency","BZN|NO3"']
    oslo = ZoneInfo("Europe/Oslo")
    for hour, price in zip(hours, prices(hours), strict=True):
        begin, end = hour.astimezone(oslo), (hour + timedelta(hours=1)).astimezone(oslo)
        if spring_row and end.utcoffset() > begin.utcoffset():
            lines += [
                f'"{begin:%d.%m.%Y} 01:00 - {begin:%d.%m.%Y} 02:00","{price:.3f}","EUR",""',
                f'"{begin:%d.%m.%Y} 02:00 - {begin:%d.%m.%Y} 03:00","","",""',
            ]
            continue
        lines.append(f'"{begin:%d.%m.%Y %H:%M} - {end:%d.%m.%Y %H:%M}","{price:.3f}","EUR",""')
    return write(path, *lines)


def entsoe_new(path: Path, hours: list[datetime], minutes: int = 60, *, utc: bool = False) -> Path:
    """As it exports now: marks around a clock change, an area and a sequence, intervals of any length."""
    clock = "UTC" if utc else "CET/CEST"
    lines = [
        f'"MTU ({clock})","Area","Sequence","Day-ahead Price (EUR/MWh)","Intraday Period ({clock})","Intraday Price (EUR/MWh)"'
    ]
    oslo = UTC if utc else ZoneInfo("Europe/Oslo")
    for hour, price in zip(hours, prices(hours), strict=True):
        for step in range(60 // minutes):
            begin = (hour + timedelta(minutes=step * minutes)).astimezone(oslo)
            end = (hour + timedelta(minutes=(step + 1) * minutes)).astimezone(oslo)
            change = not utc and any(
                (hour + timedelta(hours=off)).astimezone(oslo).utcoffset() != begin.utcoffset() for off in (-2, 2)
            )
            marks = [f" ({t:%Z})" if change else "" for t in (begin, end)]
            lines.append(
                f'"{begin:%d/%m/%Y %H:%M:%S}{marks[0]} - {end:%d/%m/%Y %H:%M:%S}{marks[1]}","BZN|NO3","Without Sequence",'
                f'"{price:.3f}","",""'
            )
    return write(path, *lines)
