package io.qbull.resize.search;

import static io.qbull.resize.search.Scenario.key;

import java.util.List;

/** Situations in which the whole protocol must hold, from small to large. */
final class Scenarios {
    private Scenarios() {}

    /** Those of every build. */
    static List<Scenario> small() {
        return List.of(
                new Scenario("1 to 2, one key stays and one leaves, crash")
                        .keys(key(0, 1, 1), key(1, 2, 1))
                        .faults(1, 1, 0, 0)
                        .lean(),
                new Scenario("1 to 2, one key stays and one leaves, late scripts")
                        .keys(key(0, 1, 1), key(1, 2, 1))
                        .faults(0, 0, 0, 1),
                new Scenario("1 to 2, one key leaves, lapse and late moves")
                        .keys(key(1, 2, 1))
                        .faults(0, 0, 1, 1)
                        .late(Script.Kind.COPY, Script.Kind.PAGE, Script.Kind.TELL)
                        .lean(),
                new Scenario("1 to 2, jobs in flight and uncommitted, two at once")
                        .keys(key(0, 1, 1), key(1, 2, 2))
                        .jobsInSteps(2)
                        .faults(1, 0, 0, 0)
                        .lean(),
                new Scenario("2 to 3, keys move from 1 to 0 and from 0 to 2, crash")
                        .partitions(2, 3)
                        .keys(key(3, 1, 1), key(2, 1, 1))
                        .faults(0, 1, 0, 0)
                        .lean(),
                new Scenario("3 to 2, a key of the retired partition, crash")
                        .partitions(3, 2)
                        .keys(key(2, 2, 1))
                        .faults(0, 1, 0, 0)
                        .lean(),
                new Scenario("1 to 2 and back, one key, crash")
                        .partitions(1, 2, 1)
                        .keys(key(1, 2, 1))
                        .faults(0, 1, 0, 0)
                        .lean(),
                new Scenario("1 to 2 to 3, one key moves twice")
                        .partitions(1, 2, 3)
                        .keys(key(5, 2, 2))
                        .faults(1, 0, 0, 0)
                        .lean(),
                new Scenario("1 to 2, a delayed job that somebody cancels, crash")
                        .keys(key(1, 1, 1))
                        .delayed(1, 1)
                        .faults(0, 1, 0, 0));
    }

    /** Those of the profile acceptance, besides. */
    static List<Scenario> large() {
        return List.of(
                new Scenario("1 to 2, two jobs of each key, crash").faults(1, 1, 0, 0),
                new Scenario("1 to 2, two keys leave, late scripts")
                        .keys(key(1, 2, 1), key(3, 1, 1))
                        .faults(1, 0, 0, 1)
                        .lean(),
                new Scenario("1 to 2, one key stays and two leave, pages of three, crash")
                        .keys(key(0, 1, 1), key(1, 2, 1), key(3, 1, 1))
                        .faults(1, 1, 0, 0)
                        .pages(3)
                        .lean(),
                new Scenario("1 to 2, one key stays and one leaves, crash and late scripts")
                        .keys(key(0, 1, 1), key(1, 2, 1))
                        .faults(1, 1, 0, 1)
                        .lean(),
                new Scenario("1 to 2, one key, lapse and late scripts")
                        .keys(key(1, 2, 1))
                        .faults(1, 0, 1, 1),
                new Scenario("1 to 2, jobs in flight and uncommitted, two at once, crash")
                        .keys(key(0, 1, 1), key(1, 2, 2))
                        .jobsInSteps(2)
                        .faults(1, 1, 0, 0)
                        .lean(),
                new Scenario("1 to 2, late commits and failures")
                        .keys(key(1, 2, 1))
                        .jobsInSteps(2)
                        .faults(1, 1, 0, 1)
                        .late(Script.Kind.COMMIT, Script.Kind.FAIL, Script.Kind.PAGE)
                        .lean(),
                new Scenario("2 to 3, keys move both ways, crash and late scripts")
                        .partitions(2, 3)
                        .keys(key(3, 1, 1), key(2, 1, 1))
                        .faults(0, 1, 0, 1)
                        .late(Script.Kind.COPY, Script.Kind.PAGE, Script.Kind.TELL)
                        .lean(),
                new Scenario("2 to 4, no pod may have more than two partitions, crash")
                        .partitions(2, 4)
                        .keys(key(2, 2, 1))
                        .faults(0, 1, 0, 0)
                        .capacity(2)
                        .lean(),
                new Scenario("2 to 3, two producers, steps in any order")
                        .partitions(2, 3)
                        .keys(key(3, 2, 0), key(2, 1, 0))
                        .producers(2)
                        .anyOrder()
                        .lean(),
                new Scenario("1 to 2 and back, one key, lapse")
                        .partitions(1, 2, 1)
                        .keys(key(1, 2, 1))
                        .faults(1, 0, 1, 0)
                        .lean(),
                new Scenario("1 to 2 and back, two keys, late scripts")
                        .partitions(1, 2, 1)
                        .keys(key(1, 1, 1), key(3, 1, 1))
                        .faults(1, 0, 0, 1)
                        .lean(),
                new Scenario("1 to 2 and back, a delayed job that somebody cancels, crash")
                        .partitions(1, 2, 1)
                        .keys(key(1, 1, 1))
                        .delayed(1, 1)
                        .faults(0, 1, 0, 0));
    }
}
