"""The encoding of a text is told from its bytes, and what does not fit it is marked, not guessed at."""

from __future__ import annotations

import numpy as np
import pytest

from errors import LogError
from interactions.formats.encoding import as_utf8, decoder_of, detect_encoding, known_encoding

GOODS = {
    "gb18030": "柑橘类水果 半成品面包 速食汤 人造黄油 酸奶 咖啡 热带水果 全脂牛奶 奶油乳酪 其他蔬菜 浓缩牛奶 大米",
    "big5": "柑橘類水果 麵包 湯 人造奶油 優格 咖啡 熱帶水果 全脂牛奶 奶油乳酪 其他蔬菜 濃縮牛奶 白米 清潔劑",
    "cp932": "みかん パン スープ マーガリン ヨーグルト コーヒー 牛乳 バター 米 洗剤 野菜 果物",
    "cp949": "우유 커피 빵 버터 쌀 세제 야채 과일 요구르트 수프",
    "windows-1252": "Café Crème Müsli Brûlée Piñata Œuvre “quoted” naïve Straße",
    "windows-1251": "Молоко Хлеб Масло Кофе Чай Рис Соль",
}

# Names of columns first, then everyday goods of a shop.
SHOPS = {
    "gb18030": """
        订单编号 用户编号 商品名称 购买时间 数量 价格 类别 评分 品牌 会员等级 纯牛奶 全麦面包 鸡蛋 大米 食用油 酱油
        陈醋 白糖 食盐 洗衣液 卫生纸 牙膏 牙刷 洗发水 沐浴露 毛巾 矿泉水 可乐 啤酒 葡萄酒 苹果 香蕉 橙子 西瓜 草莓
        土豆 西红柿 黄瓜 青菜 猪肉 牛肉 鸡胸肉 三文鱼 速冻饺子 方便面 薯片 巧克力 饼干 绿茶 速溶咖啡 婴儿奶粉 纸尿裤
        猫粮 手机壳 数据线 蓝牙耳机 运动鞋 连衣裙 羽绒服 保温杯 电饭煲
    """,
    "big5": """
        訂單編號 會員編號 商品名稱 購買時間 數量 價格 類別 評分 品牌 付款方式 烏龍茶 鮮乳 醬油膏 衛生紙 洗髮精
        沐浴乳 牙膏 洗衣精 沙拉油 白米 雞蛋 吐司 泡麵 豆漿 豆腐 貢丸 水餃 香腸 牛肉 豬肉 雞腿 鮭魚 高麗菜 番茄 香蕉
        蘋果 鳳梨酥 芒果 西瓜 礦泉水 可樂 啤酒 高粱酒 咖啡 巧克力 餅乾 洋芋片 口香糖 蜂蜜 麥片 嬰兒奶粉 紙尿布
        貓飼料 手機殼 充電線 藍牙耳機 運動鞋 連身裙 羽絨外套 保溫瓶 電鍋 雨傘
    """,
    "cp932": """
        注文番号 会員番号 商品名 購入日時 数量 単価 カテゴリ 評価 店舗 支払方法 牛乳 食パン 卵 お米 醤油 味噌 豆腐
        納豆 緑茶 麦茶 缶コーヒー ビール 日本酒 焼酎 りんご バナナ みかん いちご 玉ねぎ じゃがいも にんじん 豚肉
        鶏もも肉 牛肉 鮭の切り身 冷凍餃子 カップ麺 ポテトチップス チョコレート せんべい 歯ブラシ 洗剤 シャンプー
        トイレットペーパー ティッシュ 紙おむつ 電池 傘 靴下 手袋 文庫本 弁当 おにぎり サラダ ヨーグルト
    """,
    "cp949": """
        주문번호 회원번호 상품명 구매일시 수량 가격 분류 평점 매장 결제수단 우유 식빵 달걀 쌀 간장 된장 고추장 두부
        김치 라면 만두 어묵 삼겹살 닭가슴살 한우 고등어 오징어 사과 바나나 딸기 수박 감자 양파 당근 생수 콜라 맥주
        소주 막걸리 커피 녹차 초콜릿 과자 아이스크림 치약 칫솔 샴푸 세탁세제 화장지 물티슈 기저귀 분유 고양이사료
        휴대폰케이스 이어폰 운동화 원피스 양말 우산
    """,
    "windows-1252": """
        Größe Straße Menü Käse Brötchen Müsli Äpfel Öl Süßigkeiten Würstchen Gemüsebrühe Spülmittel Zahnbürste
        Hähnchen Getränke Café Crème-brûlée Pâté Jambon-fumé Pêche Bière Thé-vert Gâteau Légumes Œufs Réglisse
        Français Crêpes Jalapeño Piña-colada Azúcar Jabón Niño Atún Champiñones Teléfono Descripción Categoría Maçã
        Pão Açúcar Feijão Limão Maracujá Kött Smör Rødvin Blåbær Øl Hallonsås Knäckebröd Tomate-séchée Bébé
    """,
    "windows-1251": """
        Заказ Покупатель Товар Количество Цена Категория Дата Оценка Молоко Хлеб Масло Сыр Яйца Рис Гречка Соль Мука
        Чай Кофе Вода Сок Пиво Вино Яблоки Бананы Картофель Морковь Лук Капуста Говядина Свинина Курица Рыба Колбаса
        Пельмени Печенье Шоколад Шампунь Мыло Порошок Салфетки Полотенце Носки Зонт Батарейки
    """,
}


def table(words: list[str], *, rows: int) -> str:
    return "user_id,item_id,title\n" + "".join(
        f"u{row},i{row % len(words)},{words[row % len(words)]}\n" for row in range(rows)
    )


@pytest.mark.parametrize("encoding", GOODS)
@pytest.mark.parametrize("rows", [40, 2000])
def test_a_table_with_a_dozen_titles(encoding: str, rows: int) -> None:
    text = table(GOODS[encoding].split(), rows=rows)
    assert detect_encoding(text.encode(encoding), whole=True, name="log.csv") == encoding


@pytest.mark.parametrize("encoding", [*SHOPS, "utf-8", "utf-16"])
@pytest.mark.parametrize("rows", [10, 30, 1000])
@pytest.mark.parametrize("separator", [",", "|"])
@pytest.mark.parametrize("seed", range(4))
def test_the_natural_words_of_a_shop_beside_ids(encoding: str, rows: int, separator: str, seed: int) -> None:
    random = np.random.default_rng(seed)
    words = SHOPS[encoding if encoding in SHOPS else ("big5", "cp932", "gb18030", "windows-1252")[seed]].split()
    assert len(words) >= 30
    titles = random.choice(words[4:], rows)
    header = words[:4] if seed % 2 else ["user_id", "item_id", "title", "amount"]
    lines = [
        [f"u{row % 97}", f"{row * 7919 % 10_000:06}", f"{title}{' 500ml' * (seed == 3)}", "2"]
        for row, title in enumerate(titles)
    ]
    text = "".join(separator.join(line) + "\n" for line in [header, *lines])
    assert detect_encoding(text.encode(encoding), whole=True, name="log.csv") == encoding


def test_narrow_kana_are_japanese() -> None:
    titles = ["ｷﾞｭｳﾆｭｳ", "ﾊﾟﾝ", "ﾀﾏｺﾞ", "ｼｮｳﾕ", "ﾐｿ", "ﾄｳﾌ", "ﾅｯﾄｳ", "ﾘｮｸﾁｬ", "ﾋﾞｰﾙ", "ﾘﾝｺﾞ", "ﾊﾞﾅﾅ", "ﾐｶﾝ", "ｲﾁｺﾞ"]
    assert detect_encoding(table(titles, rows=13).encode("cp932"), whole=True, name="log.csv") == "cp932"


def test_a_spoilt_header_is_refused_and_a_spoilt_row_is_not() -> None:
    rows = b"u1,a\n" * 20
    assert detect_encoding(b"user,item\n" + rows + b"u1,\x81\x98\xff\n", whole=True, name="log.csv") == "utf-8"
    with pytest.raises(LogError, match="choose its encoding"):
        detect_encoding(b"user,\x81\x98\xff\n" + rows, whole=True, name="log.csv")


@pytest.mark.parametrize(
    ("encoding", "titles"),
    [
        ("gb18030", ["苹果", "milk", "香蕉", "tea"]),
        ("gb18030", ["苹果1", "苹果2", "苹果3", "牛奶1", "牛奶2", "牛奶3"]),
        ("big5", ["蘋果", "milk", "香蕉", "tea"]),
        ("big5", ["沐浴乳", "芒果", "香蕉", "品牌", "豆漿"]),
        ("cp932", ["りんご", "milk", "バナナ", "tea"]),
        ("cp949", ["사과", "milk", "바나나", "우유", "주스"]),
        ("windows-1252", ["Amélie", "Les Misérables", "La Haine"]),
        ("windows-1252", ["tea", "Café", "milk"]),
        ("windows-1251", ["tea", "Хлеб", "milk", "Молоко"]),
    ],
)
def test_few_titles_that_tell_among_others_in_ascii(encoding: str, titles: list[str]) -> None:
    assert detect_encoding(table(titles, rows=60).encode(encoding), whole=True, name="log.csv") == encoding


@pytest.mark.parametrize("encoding", SHOPS)
def test_a_letter_cut_at_the_end_of_a_sample_tells_nothing(encoding: str) -> None:
    words = SHOPS[encoding].split()
    data = table(words, rows=100).encode(encoding)
    begin = data.rindex(b"\n", 0, -1)
    for cut in range(begin, len(data)):
        assert detect_encoding(data[:cut], whole=False, name="log.csv") == encoding


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_with_and_without_a_mark(encoding: str) -> None:
    text = table(["牛奶", "tea", "Café"], rows=50)
    found = detect_encoding(text.encode(encoding), whole=True, name="log.csv")
    assert found == encoding.removesuffix("-sig")
    assert as_utf8(decoder_of(found), text.encode(encoding), last=True).decode().lstrip("\ufeff") == text


def test_a_letter_cut_at_the_end_of_a_sample_is_still_utf_8() -> None:
    assert detect_encoding("user,item\nu1,牛奶".encode()[:-1], whole=False, name="log.csv") == "utf-8"


@pytest.mark.parametrize(
    "data", [bytes(range(1, 256)) * 9, b"\x7fELF\x04\x05\x06\xff" * 99, b"\x00\x01\x02binary\xff" * 99]
)
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(LogError, match=r"log\.csv"):
        detect_encoding(data, whole=True, name="log.csv")


@pytest.mark.parametrize("encoding", ["gb18030", "cp932", "utf-8", "ascii", "utf-16-le"])
def test_what_cannot_be_decoded_becomes_invalid_utf_8_and_nothing_else_does(encoding: str) -> None:
    lines = ["plain", "x", "also plain"]
    parts = [line.encode(encoding) for line in lines]
    newline = "\n".encode(encoding)
    parts[1] = {"utf-16-le": b"\x00\xd8", "cp932": b"\x81"}.get(encoding, b"\xff")
    found = as_utf8(decoder_of(encoding), newline.join(parts), last=True)
    good = []
    for line in found.split(b"\n"):
        try:
            good.append(line.decode())
        except UnicodeDecodeError:
            good.append("")
    assert good == ["plain", "", "also plain"]


@pytest.mark.parametrize("name", ["klingon", "hex", "rot13"])
def test_an_encoding_that_is_none_for_text(name: str) -> None:
    with pytest.raises(LogError, match=name):
        known_encoding(name)
