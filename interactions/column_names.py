"""What people and programs call the columns of a log, role by role, in several languages."""
# ruff: noqa: RUF001 - letters of other alphabets are meant

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, get_args

Role = Literal["user", "item", "weight", "time", "clock", "session", "event", "quantity", "title", "category"]

CLEANING_ROLES: tuple[Role, ...] = ("event", "quantity")  # of columns that only rules of cleaning look at
ALL_ROLES: tuple[Role, ...] = get_args(Role)
FACTS: tuple[Role, ...] = ("title", "category")  # which say something of items
ROLES: tuple[Role, ...] = tuple(role for role in ALL_ROLES if role not in CLEANING_ROLES)

# Names without case, spaces and punctuation, the likeliest first. Amounts (quantity, qty, 数量, price) are no weights:
# one product is counted in thousandths, the next in pieces, and a few rows would outweigh all others.
NAMES: Mapping[Role, str] = {
    "user": """
        userid user uid userno usernumber customerid customer custid householdid household visitorid visitor memberid
        member clientid buyerid buyer accountid account reviewerid reviewer profileid personid person guestid
        userpseudoid anonymousid fullvisitorid domainuserid deviceid cookieid cookie listenerid listener viewerid
        readerid studentid employeeid candidateid contactid subscriberid msno cardno cardnumber usermd5 anonid
        email emailaddress useremail customeremail emailbilling billingemail username login reviewprofilename
        用户id 用户 用户编号 用户名 客户id 客户 客户编号 客户编码 顾客id 顾客 顾客编号
        会员id 会员 会员编号 会员号 买家id 买家
        使用者id 使用者 使用者編號 用戶id 用戶 用戶編號 客戶id 客戶 客戶編號 顧客id 顧客編號 會員id 會員 會員編號
        kundennummer kundennr kundenid kundeid kunde benutzerid benutzer nutzerid nutzer
        nclient noclient numeroclient numclient idclient client codeclient utilisateur idutilisateur
        idcliente cliente clienteid codigocliente numerocliente usuario idusuario usuarioid utente idutente
        клиент кодклиента idклиента покупатель пользователь
        会員id 会員 会員コード 会員番号 顧客コード 顧客番号 ユーザーid ユーザid ユーザー
        회원번호 회원id 회원 고객번호 고객id 고객 사용자id 사용자
    """,
    "item": """
        itemid item productid product sku skuid stockcode itemcode itemno productcode productno articleid article
        movieid movie filmid film parentasin asin isbn bookid book songid song trackid track trackuri artistid artist
        goodsid goods contentid newsid videoid video gameid recipeid businessid placeid venueid poiid courseid jobid
        appid showid offerid documentid beerid beerbeerid barcode ean upc lineitemsku lineitemname iid
        adgroupid adid campaignid campaign
        pid aid itemname productname itemdescription productdescription
        商品id 商品 商品编号 商品编码 商品代码 物品id 物品 物品编号
        产品id 产品 产品编号 货号 货品 货品编号 电影id 电影 图书 歌曲
        商品編號 商品編碼 商品代碼 產品id 產品 產品編號 貨號
        artikelnummer artikelnr artikelid artikel produktnummer produktid produkt
        referenceproduit référenceproduit refproduit réfproduit codeproduit idproduit produit codearticle refarticle
        idproducto productoid producto codigoproducto idproduto produto codigoproduto idprodotto prodotto
        codiceprodotto
        товар кодтовара idтовара артикул
        商品コード 商品番号 品番 商品no
        상품코드 상품번호 상품id 상품 제품코드 제품번호
    """,
    "session": """
        sessionid session usersession basketid basket cartid cart orderid order orderno ordernumber invoiceno invoice
        invoiceid invoicenumber transactionid transaction transactionno ticketid receiptid receipt billid billno
        visitid
        visit tripid playlistid playlistspid
        bestellnummer belegnummer rechnungsnummer bonnummer warenkorbid
        ncommande numerocommande idcommande commande nfacture numerofacture facture ticketdecaisse
        idpedido pedido numeropedido idventa numerofactura factura idordine ordine
        заказ номерзаказа чек номерчека
        注文番号 伝票番号 주문번호 訂單編號 訂單號 訂單id 訂單
        会话id 会话 会话编号 订单id 订单 订单号 订单编号 购物篮id 购物篮 篮子 小票 小票号 交易号 交易id 单号
    """,
    "time": """
        timestamp timestampms timems time datetime date ts eventtime eventtimestamp unixtime unixtimestamp createdat
        createtime createdtime
        orderdate ordertime invoicedate purchasedate purchasetime transactiondate transactiontime visittime ratedat
        reviewtime unixreviewtime playedat viewedat addedat updatedat
        时间 时间戳 日期 下单时间 下单日期 购买时间 购买日期 交易时间 交易日期 订单时间 订单日期 评分时间
        创建时间 行为时间 点击时间 浏览时间
        時間 時間戳 購買時間 購買日期 交易時間 訂單日期 下單時間
        zeit zeitstempel zeitpunkt datum bestelldatum kaufdatum rechnungsdatum verkaufsdatum
        heure horodatage dateheure datecommande dateachat datefacture
        fecha fechahora fechapedido fechacompra data datahora dataora datapedido dataordine
        время дата датазаказа датапокупки
        日時 購入日時 購入日 注文日時 注文日 구매일시 구매일자 구매일 주문일시 주문일자 주문일
    """,
    "weight": """
        rating ratings starrating reviewoverall bookrating score weight stars overall userrating ratingvalue preference
        strength playcount plays listens
        评分 分数 打分 得分 权重 星级 評分
        bewertung note notation puntuacion valoracion calificacion avaliacao voto оценка рейтинг 評価 평점
    """,
    "event": """
        eventtype event eventname action actiontype behavior behaviour behaviortype interaction interactiontype
        activity type
        行为类型 行为 事件类型 事件 动作
    """,
    "quantity": """
        quantity qty count amount units unitssold itemcount numitems pieces
        数量 件数 购买数量 销量 數量 購買數量
        menge anzahl stueckzahl stückzahl quantite quantité qte cantidad quantidade quantita quantità количество 個数
        수량 구매수량
    """,
    "title": """
        title itemtitle producttitle movietitle booktitle name itemname productname goodsname moviename trackname
        description itemdescription productdescription
        bezeichnung artikelbezeichnung artikelname produktname libelle libellé designation désignation nomproduit
        nombreproducto descripcion nomeproduto nomeprodotto наименование название 商品名 상품명
        标题 名称 商品名称 品名 产品名称 电影名 电影名称 书名 歌名
    """,
    "category": """
        category categories categoryname categoryid cate cateid catid productcategory itemcategory genre genres
        itemtype producttype type
        types class department
        warengruppe kategorie produktgruppe categorie catégorie rayon famille categoria categoría категория カテゴリ
        카테고리
        類別 分類 品類
        类别 类目 品类 分类 种类 类型 商品类别 商品类目 商品分类 商品类型
    """,
}
_ID_ENDINGS = {"id", "ids", "key", "code", "no", "nr", "number", "num", "uuid", "hash", "编号", "编码"}
_ID_STEMS: dict[Role, str] = {
    "user": "user customer household visitor member client buyer shopper reader listener viewer",
    "item": "item product sku article movie film book song track goods video recipe game content",
    "session": "session basket cart order invoice transaction receipt visit",
}
_NO_ITEM = """
    category categories cat cate subcategory subcategories group groups subgroup brand genre genres type types class
    subclass department dept family line segment collection store shop branch seller vendor supplier merchant
    manufacturer maker publisher author warehouse country region language color colour size
"""  # words that say within "product_category_id" what the id is of
_MONGO = re.compile(r"\.\$\w+$")
_NAMELESS = re.compile(r"column \d+")  # what a column without a name is called


def plain_name(name: str) -> str:
    """A name without case, spaces and punctuation, and without the type that MongoDB writes behind it."""
    return "".join(letter for letter in _MONGO.sub("", name).lower() if letter.isalnum())


def is_nameless(name: str) -> bool:
    """Whether a name was made up for a column that the file gives none."""
    return _NAMELESS.fullmatch(name) is not None


def name_for(role: Role, columns: Sequence[str]) -> str | None:
    """The column whose name is the likeliest one for the role, whatever it holds; None where none is."""
    return next(by_names(role, columns), None)


def by_names(role: Role, columns: Sequence[str]) -> Iterator[str]:
    """The columns whose names are ones for the role, the likeliest first."""
    plain: dict[str, str] = {}
    for name in columns:
        plain.setdefault(plain_name(name), name)
    inside: dict[str, str] = {}  # of objects: "events.ts"
    for name in columns if role not in FACTS else []:
        inside.setdefault(plain_name(name.rpartition(".")[2]), name)
    for names in (plain, inside):
        for known in NAMES.get(role, "").split():
            if known in names:
                yield names.pop(known)
    for name in columns:
        # "customer_unique_id", "MovieKeyNo": begins with what it names and ends as an id does.
        if ends_as_id(name):
            first, *middle, _ = _words(name)
            of_another = role == "item" and not set(middle).isdisjoint(_NO_ITEM.split())
            if first in _ID_STEMS.get(role, "").split() and not of_another:
                yield name


def ends_as_id(name: str) -> bool:
    """Whether a name of several words says that the column holds ids: product_key, OrderNo."""
    words = _words(name)
    return len(words) > 1 and words[-1] in _ID_ENDINGS


def table_prefix(columns: Sequence[str]) -> str:
    """What stands before a point in the names of all columns, as Hive writes the name of the table; often nothing."""
    first = columns[0].partition(".")[0] + "." if columns else ""
    return first if len(columns) > 1 and all(name.startswith(first) and name != first for name in columns) else ""


def _words(name: str) -> list[str]:
    return [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W\da-zA-Z_]+", name)]
