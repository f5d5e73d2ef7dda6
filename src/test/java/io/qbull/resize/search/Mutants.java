package io.qbull.resize.search;

import static io.qbull.resize.search.Scenario.key;

import java.util.List;

/** Situations in which a rule that is left out does harm, each the smallest of its kind. */
final class Mutants {
    private Mutants() {}

    static List<Scenario> all() {
        return List.of(
                quiet(Flaw.RUNS_WHAT_LEAVES),
                quiet(Flaw.RUNS_HELD_WHAT_LEAVES).faults(1, 0, 0, 0),
                quiet(Flaw.PARKS_WHAT_LEAVES)
                        .keys(key(1, 2, 2), key(3, 1, 1))
                        .faults(2, 0, 0, 0)
                        .lean(),
                quiet(Flaw.TAKES_OVER_BLINDLY).faults(0, 1, 0, 0),
                quiet(Flaw.READS_UNFENCED).keys(key(0, 1, 1), key(1, 1, 1)).faults(0, 0, 1, 0),
                quiet(Flaw.MOVES_ON_INTENT).keys(key(0, 1, 1), key(1, 2, 1)),
                quiet(Flaw.MOVES_WHILE_RUNNING).jobsInSteps(1),
                quiet(Flaw.MOVES_WHILE_UNCOMMITTED).jobsInSteps(1),
                quiet(Flaw.COPIES_IN_ANY_ORDER).keys(key(0, 1, 1), key(1, 2, 2)),
                quiet(Flaw.DELETES_UNANSWERED).faults(0, 0, 0, 1).late(Script.Kind.COPY),
                quiet(Flaw.COPIES_AFTER_START).faults(0, 0, 0, 1).late(Script.Kind.COPY),
                quiet(Flaw.COPIES_AGAIN).faults(0, 0, 0, 1).late(Script.Kind.COPY),
                quiet(Flaw.FORGETS_POSITIONS).faults(0, 0, 0, 1).late(Script.Kind.COPY),
                back(Flaw.COMPARES_IDS_ALONE).keys(key(1, 2, 1), key(3, 1, 1)).lean(),
                back(Flaw.DELETES_AFTER_MOVE)
                        .faults(1, 0, 0, 1)
                        .late(Script.Kind.PAGE)
                        .lean(),
                quiet(Flaw.TELLS_TOO_EARLY).keys(key(1, 1, 1)),
                quiet(Flaw.WAITS_FOR_ITSELF_ALONE).partitions(2, 3).keys(key(3, 2, 1), key(2, 1, 1)),
                quiet(Flaw.WAITS_NOT_FOR_ITSELF)
                        .partitions(2, 3)
                        .keys(key(3, 1, 1), key(4, 1, 1))
                        .lean(),
                quiet(Flaw.RESIZES_BEFORE_START)
                        .partitions(2, 3, 2)
                        .keys(key(2, 1, 1))
                        .lean(),
                back(Flaw.LEAVES_SEGMENTS),
                back(Flaw.MOVES_STREAM_FIRST),
                quiet(Flaw.MOVES_HELD_LAST).keys(key(0, 1, 1), key(1, 2, 2)).faults(1, 0, 0, 0),
                quiet(Flaw.LEAVES_HELD_AND_DELAYED).faults(1, 0, 0, 0),
                quiet(Flaw.RUNS_STREAM_FIRST),
                quiet(Flaw.UNPACKS_TWICE).faults(1, 0, 0, 1).late(Script.Kind.UNPACK),
                quiet(Flaw.PROMOTES_BEFORE_START).keys(key(1, 2, 1)).delayed(1, 0),
                quiet(Flaw.CANCELS_BEFORE_START).keys(key(1, 1, 1)).delayed(1, 1),
                quiet(Flaw.DELAYED_IN_SEGMENTS).keys(key(1, 1, 1)).delayed(1, 1),
                quiet(Flaw.FORGETS_ATTEMPTS).faults(1, 0, 0, 0),
                quiet(Flaw.OPENS_AT_ONCE)
                        .partitions(2, 3)
                        .keys(key(3, 3, 0), key(2, 1, 0))
                        .producers(2),
                back(Flaw.SEALS_AGAIN)
                        .keys(key(1, 1, 1))
                        .faults(0, 0, 0, 1)
                        .late(Script.Kind.STEP)
                        .lean(),
                quiet(Flaw.RETIRES_WITHOUT_START).partitions(2, 1).keys(key(1, 2, 1)),
                quiet(Flaw.NEVER_ABOVE_CAPACITY)
                        .keys(key(1, 1, 1))
                        .faults(0, 1, 0, 0)
                        .capacity(1),
                quiet(Flaw.PLACES_AS_IN_THE_STREAM)
                        .keys(key(0, 1, 1), key(2, 1, 1), key(1, 2, 2))
                        .faults(1, 0, 0, 0)
                        .lean());
    }

    /** Those that take long to find. */
    static List<Scenario> slow() {
        return List.of(back(Flaw.MOVES_WHILE_UNANSWERED)
                .faults(1, 0, 1, 1)
                .late(Script.Kind.UNPACK)
                .lean());
    }

    private static Scenario quiet(Flaw flaw) {
        return new Scenario(flaw.toString()).faults(0, 0, 0, 0).without(flaw);
    }

    private static Scenario back(Flaw flaw) {
        return quiet(flaw).partitions(1, 2, 1).keys(key(1, 2, 1));
    }
}
