"""Judgements on risk of bias in a RevMan 5 file."""

from metarepro.readers.xml_tree import Element
from metarepro.tabular.plain_text import clean_text

# YES means that the trial did well, whatever the wording of the item.
_RATINGS = {"YES": "low", "NO": "high", "UNKNOWN": "unclear"}


def risk_of_bias(items: Element) -> dict[str, str]:
    """Judgements by the id of the study, from the element QUALITY_ITEMS."""
    ratings: dict[str, list[str]] = {}
    for item in items.children("QUALITY_ITEM"):
        domain = item.text_of("NAME")
        groups = {
            group.attributes.get("ID", ""): group.text_of("NAME")
            for group in item.children("QUALITY_ITEM_DATA_ENTRY_GROUP")
        }
        for data in item.children("QUALITY_ITEM_DATA"):
            for entry in data.children("QUALITY_ITEM_DATA_ENTRY"):
                result = entry.attributes.get("RESULT", "")
                group = groups.get(entry.attributes.get("GROUP_ID", ""), "")
                name = f"{domain} ({group})" if group else domain
                rating = _RATINGS.get(result, result)
                study = ratings.setdefault(entry.attributes.get("STUDY_ID", ""), [])
                study.append(f"{name.replace(';', ',')}: {rating}")
    return {study: clean_text("; ".join(texts)) for study, texts in ratings.items()}
