"""Which way a reported difference is turned, so that positive favours the intervention."""


def direction(sign: str, higher_is_better: str, beneficial_direction: str = "") -> int:
    """Tell whether a reported difference must be turned so that positive favours treatment.

    Parameters
    ----------
    sign : {"scale", "benefit", "control_minus_treatment"}
        What a positive reported value means: a higher score in the treatment arm, a better
        result of the treatment arm, or a higher score in the control arm.
    higher_is_better : {"yes", "no", ""}
        Whether a higher score on the instrument (or the counted event) is good.
    beneficial_direction : {"increase", "decrease", ""}
        The codebook's word on the outcome; stands in where the instrument's is not known.

    Returns
    -------
    int
        +1 to keep the reported value, -1 to turn it.

    Raises
    ------
    ValueError
        If the direction is not known ("unsigned", or nothing says what is good).
    """
    if sign == "benefit":
        return 1
    if sign not in ("scale", "control_minus_treatment"):
        raise ValueError(f"sign '{sign}' does not tell which arm did better")
    if higher_is_better:
        known, turns = higher_is_better, {"yes": 1, "no": -1}
    else:
        known, turns = beneficial_direction, {"increase": 1, "decrease": -1}
    if known not in turns:
        raise ValueError(f"'{known}' does not tell whether a higher score is good")
    scale = turns[known]
    return scale if sign == "scale" else -scale
