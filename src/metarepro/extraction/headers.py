"""What the header of a column says: the statistic, the arm, the measure, and the rest, its topic.

The topic is what tells outcome and time: "g_eot_LL_DEP" is the lower limit of "eot_DEP".
"""

import re
from dataclasses import dataclass

from metarepro.extraction.arm_words import ARM_WORDS, CONTROL, FIRST, SECOND, TREATMENT, take_arm

#: Statistics, as roles of `mapping.ROLES` call them without their arm.
ESTIMATE, LOW, HIGH, SE, VARIANCE = "yi", "ci_low", "ci_high", "sei", "vi"
MEAN, SD, SIZE, EVENTS, NON_EVENTS = "mean", "sd", "n", "events", "non_events"
#: Mean and SD in one cell.
MEAN_SD = "mean_sd"
#: Statistics of one arm.
OF_ARMS = (MEAN, SD, SIZE, EVENTS, NON_EVENTS, MEAN_SD)
STUDY, YEAR, INTERVAL = "study", "year", "interval"
CORRELATION = "r"


@dataclass(frozen=True)
class Header:
    """A header, taken apart.

    Attributes
    ----------
    text : as it stands there
    statistic : one of those above, "" if it names none
    arm : of means, SDs, sizes and counts; "" if it names none
    measure : a key of `wording.scales.MEASURES` that it names, else ""
    log : whether it says that ratios are logarithms
    topic : the other words, in lower case
    name : the other words as they stand there, joined by "_"
    said : the words that tell the statistic
    arm_said : the words that tell the arm, in lower case
    """

    text: str
    statistic: str = ""
    arm: str = ""
    measure: str = ""
    log: bool = False
    topic: tuple[str, ...] = ()
    name: str = ""
    said: str = ""
    arm_said: frozenset[str] = frozenset()


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_STATISTICS: tuple[tuple[str, frozenset[str]], ...] = (
    (LOW, _words("ll lcl lci lb lower low lo cil cilo cilow cilb lwr l95 lolim "
                "lowerlimit lowerci linf")),
    (HIGH, _words("ul ucl uci ub upper high hi ciu cihi cihigh ciub upr u95 "
                 "uplim upperlimit upperci "
                  "lsup")),
    (INTERVAL, _words("ci confint interval ic ki")),
    (SE, _words("se sei sed seg sez sete sterr stderr stderror standarderror standardfehler stde "
                "ee")),
    (VARIANCE, _words("v vi var variance varianza varianz vg vd vard varg vz vzr varz")),
    (SD, _words("sd std stdev standarddeviation standardabweichung dt desv")),
    (MEAN, _words("m mean means media avg average promedio moyenne mittelwert")),
    (NON_EVENTS, _words("nonevents noevents nonevent nonresponders nodeaths alive "
                        "survived survivors")),
    (EVENTS, _words("events event ev cases responders deaths dead died remitters eventos "
                    "ereignisse événements évènements evenements")),
    (SIZE, _words("n size samplesize total totaln ntotal participants patients subjects nobs "
                  "effectif pop tot")),
    (STUDY, _words("study studies id author authors trial label slab studlab studyid studyname "
                   "reference citation paper source estudio autor autores autoren studie auteur "
                   "étude shortcite cite")),
    (YEAR, _words("year pubyear año jahr année")),
)  # fmt: skip
#: Words that tell a statistic where no other word does: of "N randomised" they are the topic.
_ALONE = ((SIZE, _words("randomised randomized analysed analyzed completers evaluable")),)
#: Words of statistics that a group has, and an interval has not.
_OF_GROUPS = frozenset().union(
    *(names for statistic, names in _STATISTICS if statistic in (MEAN, SD, SIZE, EVENTS))
)
_MEASURES: tuple[tuple[str, frozenset[str]], ...] = (
    ("SMD", _words("g d smd hedges hedgesg cohensd cohend cohen gi glass delta")),
    ("MD", _words("md wmd meandifference rawmd")),
    ("OR", _words("or oddsratio logor lnor lor")),
    ("RR", _words("rr riskratio relativerisk logrr lnrr")),
    ("HR", _words("hr hazardratio loghr lnhr")),
    ("IRR", _words("irr rateratio")),
    ("RD", _words("rd riskdifference")),
    ("correlation", _words("fisherz zr fishersz zcor")),
    ("ratio", _words("rom logrom")),
    ("proportion", _words("logit plo")),
    ("effect", _words("yi es te effect effectsize estimate est effsize yeffect loges lnes")),
)
_PEOPLE = _words("participants patients subjects")
_MEANS = _words("mean m media")
#: Headers of correlations have no other word: beside means r is that of pre and post.
_CORRELATIONS = _words("r ri cor correlation coefficient pearson pearsons s")
_EFFECTS = dict(_MEASURES)["effect"]
_LOGS = _words("log ln logor lnor lor logrr lnrr loghr lnhr logodds logrom loges lnes")
#: Short names with the arm in them: mi, sdc, n1i, m2, sd_t and, of counts, ei.
_SHORT = re.compile(r"(m|mean|x|sd|s|n|e|ev|event|events|total)([itec12])(i?)", re.I)
#: The same of arms called A and B: nA, sB.
_SHORT_AB = re.compile(r"([mxsne])([AB])()")
_SHORT_STATISTIC = {
    "m": MEAN, "mean": MEAN, "x": MEAN, "sd": SD, "s": SD, "n": SIZE, "total": SIZE,
    "e": EVENTS, "ev": EVENTS, "event": EVENTS, "events": EVENTS,
}  # fmt: skip
_SHORT_ARM = {"i": TREATMENT, "t": TREATMENT, "e": TREATMENT, "c": CONTROL, "1": FIRST, "2": SECOND,
              "a": FIRST, "b": SECOND}  # fmt: skip
#: Spellings of several words, and the word that stands for each.
_PHRASES = tuple(
    (re.compile(pattern, re.I), f" {word} ")
    for pattern, word in (
        (r"hedges['’`´]?\s*s?['’`´]?[\s_.-]*g\b", "g"),
        (r"cohen['’`´]?\s*s?['’`´]?[\s_.-]*d\b", "d"),
        (r"stand?ari?[dsz]*[\s_.-]*(?:error|err)s?\b|std\.?[\s_.-]*(?:error|err)\b", "se"),
        (r"(?:\bd[\s_.-]+de[\s_.-]+cohen|\bg[\s_.-]+de[\s_.-]+hedges)\b", "g"),
        (r"error[\s_.-]+(?:est[aá]ndar|t[ií]pico)|erreur[\s_.-]*(?:type|standard)", "se"),
        (r"[ée]cart[\s_.-]*type", "sd"),
        (r"standard[\s_.-]*deviations?|std\.?[\s_.-]*dev\b|desviaci[oó]n[\s_.-]+\w+", "sd"),
        (r"(?:std|standardi[sz]ed|standard)\.?[\s_.-]*(?:m(?:ean)?[\s_.-]*)?diff\w*"
         r"(?:[\s_.-]*in[\s_.-]*means)?", "smd"),
        (r"log[\s_.-]*(?:incidence[\s_.-]*)?rate[\s_.-]*ratio", "log irr"),
        (r"mean[\s_.-]*diff\w*|diff\w*[\s_.-]*(?:in|of)[\s_.-]*means", "md"),
        (r"(?<![a-z])se(?=(?:log|ln|l)(?:or|rr|hr|irr|es)(?![a-z]))", "se"),
        (r"(?<![a-z])v(?:ar)?(?=(?:log|ln|l)(?:or|rr|hr|irr|es)(?![a-z]))", "variance"),
        (r"(?<![a-z])var(?=(?:smd|md|g|d)(?![a-z]))", "variance"),
        (r"(?<![a-z])var(?=eff(?:ect)?[\s_.-]*size)", "variance"),
        (r"log[\s_.-]*odds[\s_.-]*ratio", "logor"),
        (r"log[\s_.-]*risk[\s_.-]*ratio", "logrr"),
        (r"log[\s_.-]*hazard[\s_.-]*ratio", "loghr"),
        (r"(?:log|ln)[\s_.-]*ratio[\s_.-]*of[\s_.-]*means", "logrom"),
        (r"ratio[\s_.-]*of[\s_.-]*means", "rom"),
        (r"odds[\s_.-]*ratio", "or"),
        (r"(?:incidence[\s_.-]*)?rate[\s_.-]*ratio", "irr"),
        (r"(?:risk|relative)[\s_.-]*(?:ratio|risk)", "rr"),
        (r"hazard[\s_.-]*ratio", "hr"),
        (r"risk[\s_.-]*difference", "rd"),
        (r"eff(?:ect)?[\s_.-]*sizes?", "es"),
        (r"^\s*sample\s*$", "n"),
        (r"^\s*(?:beta|theta)\s*$", "es"),
        (r"sample[\s_.-]*size|number[\s_.-]+of[\s_.-]+(?:participants|patients|subjects)", "n"),
        (r"non[\s_.-]*events?", "nonevents"),
        (r"non[\s_.-]*surviv(?:ors?|ed)", "dead"),
        (r"lower[\s_.-]*(?:limit|bound|ci|95%?[\s_.-]*ci)\w*|l[ií]mite[\s_.-]+inferior", "ll"),
        (r"upper[\s_.-]*(?:limit|bound|ci|95%?[\s_.-]*ci)\w*|l[ií]mite[\s_.-]+superior", "ul"),
        (r"(?:95\s*%?[\s_.-]*)?ci[\s_.-]*(?:low(?:er)?|lb|ll|l|min)\b", "ll"),
        (r"(?:95\s*%?[\s_.-]*)?ci[\s_.-]*(?:high|upp?er|up|ub|ul|u|h|max)\b", "ul"),
        (r"^\s*2[.,]5\s*%\s*$", "ll"),  # as R's confint has them
        (r"^\s*97[.,]5\s*%\s*$", "ul"),
        (r"95\s*%?[\s_.-]*(?:ci|ic|ki)|(?:95\s*%?[\s_.-]*)?confidence[\s_.-]*interval", "ci"),
        (r"fisher['’]?s?[\s_.-]*z", "fisherz"),
        (r"(?:treatment|care|therapy)[\s_.-]*as[\s_.-]*usual"
         r"|usual[\s_.-]*(?:treatment|care|therapy)", "tau"),
        (r"(?<![a-z])(?:no|not|non|un|without)[\s_-]*(?:treat(?:ment|ed)|intervention|therapy)s?"
         r"(?![a-z])", "untreated"),
        (r"wait(?:ing)?[\s_.-]*list", "waitlist"),
        (r"study[\s_.-]*(?:id|name|label|num(?:ber)?|no|nr|code)\b|first[\s_.-]*author", "study"),
    )
)  # fmt: skip
_FILLERS = _words("the of in for and group arm pct percent 95 score scores value values calc data "
                  "i ci % precalc raw cond condition")  # fmt: skip
_SPLIT = re.compile(r"[A-Za-zÀ-ÿα-ω]+|[0-9]+")
#: Where a word in small letters ends and one in capitals begins, and the reverse: vscontrolLL.
_CASE = re.compile(r"(?<=[a-zà-ÿ])(?=[A-Z])|(?<=^[A-Z]{2})(?=[a-z]{3})")
#: Words that a header may run into another word.
_KNOWN = frozenset().union(*(names for _, names in _STATISTICS)) | ARM_WORDS


def parse_header(text: str) -> Header:
    """Take a header apart.

    Examples
    --------
    >>> parse_header("g_eot_LL_DEP").statistic, parse_header("g_eot_LL_DEP").name
    ('ci_low', 'eot_DEP')
    >>> one = parse_header("sdc_eot_Anx_2")
    >>> one.statistic, one.arm, one.topic
    ('sd', 'c', ('eot', 'anx', '2'))
    >>> parse_header("Hedges’ g").measure, parse_header("95% CI").statistic
    ('SMD', 'interval')
    """
    plain = text
    for pattern, word in _PHRASES:
        plain = pattern.sub(word, plain)
    words = _split(plain)
    found = _short(text, words)
    if found:
        return found
    # A low and a high group have means; limits of an interval do not.
    small = {word.lower() for word in words}
    of_group = small & {"low", "high", "lo", "hi"} and small & _OF_GROUPS and "ci" not in small
    statistic, said, rest = _take(words, _STATISTICS[2:] if of_group else _STATISTICS)
    if not statistic and len(words) == 2 and words[0] == "x":  # x.ctrl, beside n.ctrl
        statistic, said, rest = MEAN, "x", words[1:]
    if not statistic:
        statistic, said, rest = _take(words, _ALONE)
    measure, measure_said, rest = _take(rest, () if statistic in OF_ARMS else _MEASURES)
    log = any(word.lower() in _LOGS for word in words)
    arm, arm_said = "", frozenset[str]()
    if statistic == SD and any(word.lower() in _MEANS for word in rest):
        statistic, rest = MEAN_SD, [w for w in rest if w.lower() not in _MEANS]
    # "Intervention mean (95% CI)" is the mean of an arm, and no effect.
    of_mean = statistic == INTERVAL and not measure and any(w.lower() in _MEANS for w in rest)
    if statistic in OF_ARMS or of_mean:
        arm, arm_said, rest = take_arm(text, rest)
    elif not statistic and measure in ("", "effect") and _is_correlation(words):
        statistic, said, measure, rest = CORRELATION, text, "", []
    elif not statistic and measure:
        statistic, said = ESTIMATE, measure_said
    own = next((names for name, names in _STATISTICS if name == statistic), frozenset())
    empty = _FILLERS | (own if statistic in OF_ARMS else _LOGS)
    if statistic == SIZE and not arm and small & _PEOPLE and small - _PEOPLE:
        # "Patients n" beside "Patients mean": they are the group.
        rest, empty = words, empty - _PEOPLE
    kept = [word for word in rest if word.lower() not in empty]
    topic = tuple(word.lower() for word in kept)
    return Header(text, statistic, arm, measure, log, topic, _joined(kept, text), said, arm_said)


def _is_correlation(words: list[str]) -> bool:
    """Whether words say a correlation, or an effect that is one, and nothing else."""
    said = {word.lower() for word in words} - _EFFECTS
    return bool(said) and said <= _CORRELATIONS


def _split(plain: str) -> list[str]:
    """The words; one that ends or begins with a statistic by its capitals is parted there."""
    words: list[str] = []
    for word in _SPLIT.findall(plain):
        parts = _CASE.split(word)
        known = len(parts) == 2 and any(len(p) > 1 and p.lower() in _KNOWN for p in parts)
        words += parts if known else [word]
    return words


def _short(text: str, words: list[str]) -> Header | None:
    """A header that starts or ends with a short name such as mi, sdc or n1i."""
    pieces = [piece for piece in re.split(r"[^A-Za-z0-9À-ÿ]+", text) if piece]
    for place in (0, len(pieces) - 1) if pieces else ():
        match = _SHORT.fullmatch(pieces[place]) or _SHORT_AB.fullmatch(pieces[place])
        if not match or pieces[place].lower() == "se" or match[3] and match[2] not in "12":
            continue
        rest = [word for at, word in enumerate(pieces) if at != place]
        kept = [word for word in _split(" ".join(rest)) if word.lower() not in _FILLERS]
        return Header(
            text,
            _SHORT_STATISTIC[match[1].lower()],
            _SHORT_ARM[match[2].lower()],
            topic=tuple(word.lower() for word in kept),
            name=_joined(kept, text),
            said=pieces[place],
            arm_said=frozenset((match[2].lower(),)),
        )
    return None


def _joined(words: list[str], text: str) -> str:
    """Words joined by "_", without one where the header has none: DS3."""
    name = ""
    for before, word in zip(["", *words], words, strict=False):
        name += ("" if not name or before + word in text else "_") + word
    return name


def _take(
    words: list[str], known: tuple[tuple[str, frozenset[str]], ...]
) -> tuple[str, str, list[str]]:
    """The first meaning that one of the words has, the word, and the other words."""
    for meaning, names in known:
        for place, word in enumerate(words):
            if word.lower() in names:
                return meaning, word, words[:place] + words[place + 1 :]
    return "", "", words
