"""Which column is what: guessed from names in English and Chinese and from the first values, or as told."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Literal, NamedTuple, get_args

import numpy as np

from errors import LogError
from interactions.local_times import told_order
from interactions.times import Times, read_times
from interactions.values import is_written_number, told_decimal

Role = Literal["user", "item", "weight", "time", "session", "event", "quantity", "title", "category"]
CLEANING_ROLES: tuple[Role, ...] = ("event", "quantity")  # of columns that only rules of cleaning look at
ALL_ROLES: tuple[Role, ...] = get_args(Role)
ROLES: tuple[Role, ...] = tuple(role for role in ALL_ROLES if role not in CLEANING_ROLES)

_MEANING: dict[Role, str] = {
    "user": "a user",
    "item": "an item",
    "weight": "how much a row weighs",
    "time": "a time",
    "session": "a session or a basket",
    "event": "a kind of event",
    "quantity": "how many were bought",
    "title": "an item's title",
    "category": "an item's category",
}

# Names without case, spaces and punctuation, the likeliest first. Amounts (quantity, qty, 数量, price) are no weights:
# one product is counted in thousandths, the next in pieces, and a few rows would outweigh all others.
_NAMES: dict[Role, str] = {
    "user": """
        userid user uid userno usernumber customerid customer custid householdid household visitorid visitor memberid
        member clientid buyerid buyer accountid account reviewerid profileid personid guestid
        email emailaddress useremail customeremail username login
        用户id 用户 用户编号 用户名 客户id 客户 客户编号 客户编码 顾客id 顾客 顾客编号
        会员id 会员 会员编号 会员号 买家id 买家
    """,
    "item": """
        itemid item productid product sku skuid stockcode itemcode itemno productcode productno articleid article
        movieid movie filmid film asin isbn bookid book songid song trackid track artistid artist goodsid goods
        contentid newsid videoid gameid recipeid businessid placeid poiid iid pid itemname productname itemdescription
        productdescription
        商品id 商品 商品编号 商品编码 商品代码 物品id 物品 物品编号
        产品id 产品 产品编号 货号 货品 货品编号 电影id 电影 图书 歌曲
    """,
    "session": """
        sessionid session usersession basketid basket cartid cart orderid order orderno ordernumber invoiceno invoice
        invoiceid invoicenumber transactionid transaction transactionno ticketid receiptid receipt billid billno visitid
        visit tripid playlistid
        会话id 会话 会话编号 订单id 订单 订单号 订单编号 购物篮id 购物篮 篮子 小票 小票号 交易号 交易id 单号
    """,
    "time": """
        timestamp time datetime date ts eventtime eventtimestamp unixtime unixtimestamp createdat createtime createdtime
        orderdate ordertime invoicedate purchasedate purchasetime transactiondate transactiontime visittime ratedat
        reviewtime unixreviewtime playedat viewedat addedat updatedat
        时间 时间戳 日期 下单时间 下单日期 购买时间 购买日期 交易时间 交易日期 订单时间 订单日期 评分时间
        创建时间 行为时间 点击时间 浏览时间
    """,
    "weight": """
        rating ratings score weight stars overall userrating ratingvalue preference strength playcount plays listens
        评分 分数 打分 得分 权重 星级
    """,
    "event": """
        eventtype event eventname action actiontype behavior behaviour behaviortype interaction interactiontype activity
        行为类型 行为 事件类型 事件 动作
    """,
    "quantity": """
        quantity qty count amount units unitssold itemcount numitems pieces
        数量 件数 购买数量 销量
    """,
    "title": """
        title itemtitle producttitle movietitle booktitle name itemname productname goodsname moviename trackname
        description itemdescription productdescription
        标题 名称 商品名称 商品名 品名 产品名称 电影名 电影名称 书名 歌名
    """,
    "category": """
        category categories categoryname categoryid productcategory itemcategory genre genres itemtype producttype type
        types class department
        类别 类目 品类 分类 种类 类型 商品类别 商品类目 商品分类 商品类型
    """,
}
_ID_ENDINGS = {"id", "ids", "key", "code", "no", "nr", "number", "num", "uuid", "hash", "编号", "编码"}
_ID_STEMS: dict[Role, str] = {
    "user": "user customer household visitor member client buyer shopper reader listener viewer",
    "item": "item product sku article movie film book song track goods video recipe game content",
    "session": "session basket cart order invoice transaction receipt visit",
}
# What computers write for a number, also for one that is none: a weight column of such cells is still a weight column.
_NUMBER = re.compile(r"[+-]?((\d+\.?\d*|\.\d+)(e[+-]?\d+)?|nan|inf|infinity)", re.IGNORECASE)
_COMPACT_DATE = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(([01]\d|2[0-3])[0-5]\d[0-5]\d)?")
_ASIN = re.compile(r"B0[0-9A-Z]{8}|\d{9}[\dX]")
_DEGREES = re.compile(r"-?\d{1,3}\.\d{3,}")
_NAMELESS = re.compile(r"column \d+")  # what a column without a name is called
_MOST_EVENTS = 50  # kinds among the first rows
_ENOUGH = 0.5  # of the filled cells of a column must be readable for it to be guessed as times or weights
_LARGEST_SCORE = 1000
_MATRIX_COLUMNS = 20
_EARLIEST, _LATEST = 631_152_000, 4_102_444_800  # 1990 and 2100: what a column without a telling name may hold as times


class Guess(NamedTuple):
    """A column that is likely to have a role, and why, in one sentence."""

    name: str
    reason: str


def guess_columns(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[Role, Guess]:
    """Guess the column of each role from the names and the first rows (as text); a role may stay without."""
    cells = {name: [row[place] for row in rows if row[place].strip()] for place, name in enumerate(columns)}
    guesses: dict[Role, Guess] = {}
    # Users and items first: where a name fits two roles ("product name") the more needed one is offered it last.
    for role in ("user", "session", "time", "weight", "category", "item", "title"):
        free = [name for name in columns if name not in {guess.name for guess in guesses.values()}]
        if role == "session" and "user" in guesses:  # the number of a purchase stands beside few of the views
            free = [name for name in free if len(cells[name]) >= _ENOUGH * len(rows)]
        name = _by_name(role, [name for name in free if _values_fit(role, cells[name])])
        if name is not None:
            guesses[role] = Guess(name, f"Its name, “{name}”, is one for {_MEANING[role]}.")
    free = [name for name in columns if name not in {guess.name for guess in guesses.values()}]
    if "time" not in guesses:
        for name in free:
            if _look_like_times(cells[name]):
                guesses["time"] = Guess(name, f"Its values, such as {cells[name][0]}, look like times.")
                free.remove(name)
                break
    if "user" not in guesses and "session" not in guesses:
        for name in free:
            if _plain(name) in ("id", "tid", "编号") and len(set(cells[name])) < len(cells[name]):
                guesses["session"] = Guess(name, f"“{name}” repeats over several rows, as the number of a basket does.")
                break
    if "item" not in guesses and all(_NAMELESS.fullmatch(name) for name in columns):
        guesses |= _by_place(free, cells, [dict(zip(columns, row, strict=True)) for row in rows])
    elif "item" not in guesses and ("user" in guesses or "session" in guesses):
        ids = [name for name in free if _ends_as_id(name) and len(set(cells[name])) < len(cells[name])]
        if len(ids) == 1:
            guesses["item"] = Guess(ids[0], f"“{ids[0]}” is the only other id that repeats.")
    return {role: guesses[role] for role in ROLES if role in guesses}


def guess_for_cleaning(
    columns: Sequence[str], rows: Sequence[Sequence[str]], taken: Collection[str]
) -> dict[Role, Guess]:
    """The columns with kinds of event and with amounts, where names and values tell, among those without a role."""
    guesses: dict[Role, Guess] = {}
    free = [(place, name) for place, name in enumerate(columns) if name not in taken]
    for role in CLEANING_ROLES:
        cells = {name: [row[place] for row in rows if row[place].strip()] for place, name in free}
        name = _by_name(role, [name for name in cells if _values_fit(role, cells[name])])
        if name is not None:
            guesses[role] = Guess(name, f"Its name, “{name}”, is one for {_MEANING[role]}.")
    return guesses


def resolve_columns(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    given: Mapping[str, str] | None,
    elsewhere: Sequence[str] = (),
    where: str = "the file",
    also: Collection[Role] = (),
) -> dict[Role, str]:
    """The column of each role in a log: as given, or guessed where nothing is given.

    elsewhere  columns of the item table, where a given title or category may stand instead
    also       roles that only the rules of cleaning need, to be guessed as well

    Raises LogError for a role or a column that is not there, and where users and sessions or items are missing.
    """
    if given is None:
        roles: dict[Role, str] = {role: guess.name for role, guess in guess_columns(columns, rows).items()}
        needed = guess_for_cleaning(columns, rows, roles.values())
        roles |= {role: guess.name for role, guess in needed.items() if role in also}
    else:
        roles = {}
        for role, name in given.items():
            if role not in ALL_ROLES:
                raise LogError(f"There is no role {role!r} for a column: use {', '.join(ALL_ROLES)}.")
            in_both = role in ("title", "category") and name in elsewhere and _NAMELESS.fullmatch(name) is not None
            if name in columns and not in_both:  # a name that was made up for both files means the item table's
                roles[role] = name
            elif role not in ("title", "category") or name not in elsewhere:
                raise LogError(f"{where} has no column {name!r}: it has {listed(columns)}.")
        named: dict[str, str] = {}
        for role, name in roles.items():
            if role in ("user", "item", "session", "time", "weight", "event") and named.setdefault(name, role) != role:
                raise LogError(f"Column {name!r} cannot be both {named[name]} and {role}: choose two columns.")
    if "item" not in roles and _is_matrix(columns, rows, roles.values()):
        raise LogError(
            f"{where} looks like a matrix, with a column for each item: write it as a row for each user and item, such "
            "as pandas' melt or tidyr's pivot_longer make, or say which column holds the items."
        )
    if "item" not in roles:
        raise LogError(f"No column of {where} is known to hold the items: choose one of {listed(columns)}.")
    if "user" not in roles and "session" not in roles:
        raise LogError(f"No column of {where} is known to hold users or sessions: choose one of {listed(columns)}.")
    return {role: roles[role] for role in ALL_ROLES if role in roles}


def guess_id(columns: Sequence[str], role: Role, name_in_log: str) -> str | None:
    """The column of an item or user table that holds the ids: the log's own name for it, else one for the role."""
    for name in columns:
        if _plain(name) == _plain(name_in_log) and not _NAMELESS.fullmatch(name):
            return name
    return _by_name(role, columns) or next((name for name in columns if _plain(name) == "id"), None)


def guess_item_facts(columns: Sequence[str]) -> dict[Role, str]:
    """The columns of an item table that hold titles and categories: by their names, or by custom where it has none."""
    if all(_NAMELESS.fullmatch(name) for name in columns):
        return dict(zip(("title", "category"), columns[1:], strict=False))  # the first holds the ids
    found: dict[Role, str] = {}
    for role in ("title", "category"):
        name = _by_name(role, [name for name in columns if name not in found.values()])
        if name is not None:
            found[role] = name
    return found


def are_compact_dates(cells: Sequence[str]) -> bool:
    """Whether the values of a time column are dates such as 20170131, with a clock or without, and no counts."""
    filled = [cell for cell in cells if cell.strip()]
    return bool(filled) and all(_COMPACT_DATE.fullmatch(cell) for cell in filled)


def listed(names: Sequence[str], most: int = 20) -> str:
    """Names for a sentence, the first twenty."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def _plain(name: str) -> str:
    """A name without case, spaces and punctuation."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _by_name(role: Role, columns: Sequence[str]) -> str | None:
    plain: dict[str, str] = {}
    for name in columns:
        plain.setdefault(_plain(name), name)
    for known in _NAMES[role].split():
        if known in plain:
            return plain[known]
    for name in columns:
        # "customer_unique_id", "MovieKeyNo": begins with what it names and ends as an id does.
        words = _words(name)
        if len(words) > 1 and words[0] in _ID_STEMS.get(role, "").split() and words[-1] in _ID_ENDINGS:
            return name
    return None


def _words(name: str) -> list[str]:
    return [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W\da-zA-Z_]+", name)]


def _ends_as_id(name: str) -> bool:
    words = _words(name)
    return len(words) > 1 and words[-1] in _ID_ENDINGS


def _is_matrix(columns: Sequence[str], rows: Sequence[Sequence[str]], taken: Collection[str]) -> bool:
    """Whether nearly all of many columns hold nothing but numbers and empty cells."""
    places = [place for place, name in enumerate(columns) if name not in taken]
    numbers = sum(
        all(not cell.strip() or _NUMBER.fullmatch(cell.strip()) for cell in (row[place] for row in rows))
        for place in places
    )
    return bool(rows) and len(places) >= _MATRIX_COLUMNS and numbers >= 0.9 * len(places)


def _by_place(
    free: Sequence[str], cells: Mapping[str, Sequence[str]], rows: Sequence[Mapping[str, str]]
) -> dict[Role, Guess]:
    """Users, items and scores of a file without a header, where they stand by custom."""
    guesses: dict[Role, Guess] = {}
    left = [name for name in free if cells[name] and not _counts_rows(cells[name]) and not _are_places(cells[name])]
    by_custom: tuple[Role, ...] = ("user", "item", "weight")
    if len(left) > 1 and _are_asins(cells[left[0]]) and not _are_asins(cells[left[1]]):
        by_custom = ("item", "user", "weight")  # Amazon's reviews of 2018 have the product first
    for role, name in zip(by_custom, left, strict=False):
        if role != "weight" or _are_scores([(row[guesses["item"].name], row[name]) for row in rows]):
            guesses[role] = Guess(name, f"The file has no header, and {_MEANING[role]} is where it stands by custom.")
    return guesses if "item" in guesses else {}


def _are_asins(cells: Sequence[str]) -> bool:
    """Whether they are Amazon's numbers of products: ISBNs of books, else B0 and eight letters or digits."""
    return all(_ASIN.fullmatch(cell.strip()) for cell in cells) and any(cell.strip()[0] == "B" for cell in cells)


def _are_places(cells: Sequence[str]) -> bool:
    """Whether each is a number with three digits or more behind the point, as degrees are and no id is."""
    return all(_DEGREES.fullmatch(cell.strip()) for cell in cells)


def _are_scores(pairs: Sequence[tuple[str, str]]) -> bool:
    """Whether the numbers beside the items say how much a row weighs.

    They do not where most are 0 or less, nor where each item has only one: such numbers are its price or its category.
    Nor do they where half are above a thousand: such numbers are ids, times, or prices in cents.
    """
    filled = [(item, cell.strip()) for item, cell in pairs if cell.strip()]
    if not all(_NUMBER.fullmatch(cell) for _, cell in filled):
        return False
    if sum(float(cell) > 0 for _, cell in filled) < _ENOUGH * len(filled):
        return False
    if sum(float(cell) > _LARGEST_SCORE for _, cell in filled) > 0.5 * len(filled):
        return False
    items, values = {item for item, _ in filled}, {cell for _, cell in filled}
    return len(values) == 1 or len(items) == len(filled) or len(set(filled)) > len(items)


def _counts_rows(cells: Sequence[str]) -> bool:
    """Whether each is one more than the one before: the number of a row."""
    if len(cells) < 3 or not all(cell.isascii() and cell.isdigit() and len(cell) < 16 for cell in cells):
        return False
    numbers = list(map(int, cells))
    return all(after == before + 1 for before, after in itertools.pairwise(numbers))


def _values_fit(role: Role, cells: Sequence[str]) -> bool:
    """Whether enough of the first values can be what the role needs; empty columns fit."""
    if role == "event":
        return len(set(cells)) <= _MOST_EVENTS and not (cells and _values_fit("weight", cells))
    if not cells or role not in ("time", "weight", "quantity"):
        return True
    if role == "time":
        return are_compact_dates(cells) or float(np.mean(_read(cells)[1])) >= _ENOUGH
    others = [cell for cell in cells if _NUMBER.fullmatch(cell.strip()) is None]
    if not others:
        return True
    decimal = told_decimal(cells) or "."
    return len(cells) - sum(not is_written_number(cell, decimal) for cell in others) >= _ENOUGH * len(cells)


def _look_like_times(cells: Sequence[str]) -> bool:
    if not cells:
        return False
    seconds, readable = _read(cells)
    return bool(readable.all() and ((seconds >= _EARLIEST) & (seconds < _LATEST)).all())


def _read(cells: Sequence[str]) -> Times:
    import pyarrow as pa

    return read_times(pa.array(list(cells), pa.string()), order=told_order(cells) or "month first", plain=True)
