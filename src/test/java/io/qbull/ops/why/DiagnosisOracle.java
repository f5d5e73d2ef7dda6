package io.qbull.ops.why;

import io.qbull.model.why.OwnerReport.Kind;
import io.qbull.ops.why.RandomSituation.Asked;
import io.qbull.ops.why.RandomSituation.KeyIs;
import io.qbull.ops.why.RandomSituation.LeaseIs;
import io.qbull.ops.why.RandomSituation.PodsAre;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** What must be said of a {@link RandomSituation}: of each cause its kind and a name that its sentence contains, by weight. */
final class DiagnosisOracle {
    private final RandomSituation is;
    private final List<String> expected = new ArrayList<>();

    private DiagnosisOracle(RandomSituation is) {
        this.is = is;
    }

    /** Each as {@code kind:name}. */
    static List<String> expected(RandomSituation situation) {
        DiagnosisOracle oracle = new DiagnosisOracle(situation);
        oracle.run();
        return oracle.expected;
    }

    private void run() {
        switch (is.asked) {
            case DEAD -> expected.add("given-up:job asked");
            case GONE -> expected.add("done:job asked");
            case NOWHERE -> expected.add("nothing:job asked");
            default -> waiting();
        }
    }

    private void waiting() {
        if (is.readOnly) {
            expected.add("redis-read-only:replica");
        }
        if (is.paused) {
            expected.add("paused:partition 3 is paused by ann since ");
        }
        boolean jobs = is.backlog > 0 || !is.keys.isEmpty() || is.delayed > 0;
        boolean alive = is.lease == LeaseIs.ALIVE || is.lease == LeaseIs.LATE;
        if (!alive && jobs) {
            expected.add(unowned());
        } else if (is.lease == LeaseIs.LATE) {
            expected.add("not-renewed:pod owner");
        }
        asked();
        if (gated()) {
            expected.add(
                    "resize-barrier:its jobs wait until partition 1 has moved what leaves for the resize from 2 to 8");
        }
        if (is.lease == LeaseIs.ALIVE) {
            owner();
        }
        if (is.asked == Asked.WHOLE) {
            later();
        }
        if (is.full) {
            boolean calm = Set.of("working:", "next-due:")
                    .containsAll(expected.stream()
                            .map(each -> each.substring(0, each.indexOf(':') + 1))
                            .toList());
            expected.add(calm ? 0 : expected.size(), "redis-full:Redis is full");
        }
        if (expected.isEmpty()) {
            expected.add("nothing:nothing waits");
        }
    }

    private String unowned() {
        if (is.pods == PodsAre.NONE) {
            return "no-consumer:no pod";
        }
        String before = switch (is.lease) {
            case NEVER -> "never had an owner";
            case RELEASED -> "pod owner gave it up";
            default -> "the lease of pod owner expired 4 s ago";
        };
        return is.pods == PodsAre.FULL
                ? "no-capacity:" + before + ", and all 2 pods own as many partitions as they may (6)"
                : "no-owner:" + before + ", and pod heir" + (is.pods == PodsAre.WITH_ROOM_BEYOND_IT ? " or full" : "")
                        + " takes";
    }

    /** What is held or delayed is not behind the marker. */
    private boolean gated() {
        return is.behindMarker
                && Set.of(Asked.WHOLE, Asked.FIRST_IN_STREAM, Asked.LATER_IN_STREAM, Asked.BEHIND_ITS_KEY)
                        .contains(is.asked);
    }

    /** Whether the owner has said that it runs the very job, or the key, that is asked about. */
    private boolean runs() {
        boolean told = is.lease == LeaseIs.ALIVE || is.lease == LeaseIs.LATE;
        return told && (is.says == Kind.JOB || is.says == Kind.WORKER) && is.runsTheAsked;
    }

    private void asked() {
        switch (is.asked) {
            case LATER_IN_STREAM -> {
                if (!runs()) {
                    expected.add("behind:job asked of key any waits behind 6 jobs in partition Q:3");
                }
            }
            case BEHIND_ITS_KEY -> {
                expected.add("behind:job later of key key0 waits behind 2 jobs of its key");
                if (!runs()) {
                    expected.add(held(0));
                }
            }
            case HELD_FIRST, HELD_LATER -> {
                if (is.asked == Asked.HELD_LATER) {
                    expected.add("behind:job later of key key0 waits behind 2 jobs");
                }
                if (!is.keys.isEmpty() && !runs()) {
                    expected.add(held(0));
                }
            }
            case DELAYED -> expected.add("not-due:job asked of key any");
            default -> {}
        }
    }

    private String held(int n) {
        return switch (is.keys.get(n)) {
            case DUE ->
                "key-held:key key" + n + " is held after 3 failed attempts of job failed" + n
                        + " (refused), and runs again now";
            case NEXT -> "key-held:key key" + n + " is held, and runs again now";
            case LATER ->
                "key-held:key key" + n + " is held after 3 failed attempts of job failed" + n
                        + " (refused), and runs again in 40 s";
            case FOR_A_PERSON ->
                "key-held:key key" + n + " is held after 3 failed attempts of job failed" + n
                        + " (refused) until a person";
        };
    }

    private boolean ready(KeyIs key) {
        return key == KeyIs.DUE || key == KeyIs.NEXT;
    }

    private void owner() {
        boolean held = is.asked == Asked.HELD_FIRST || is.asked == Asked.HELD_LATER || is.asked == Asked.BEHIND_ITS_KEY;
        boolean concerned = is.asked == Asked.WHOLE
                || is.asked == Asked.FIRST_IN_STREAM
                || is.asked == Asked.LATER_IN_STREAM
                || (held && !is.keys.isEmpty() && ready(is.keys.get(0)));
        if (!concerned || (is.paused && is.says != Kind.JOB)) {
            return;
        }
        if (gated() && (is.says == null || !is.says.due() || is.says == Kind.RESIZE)) {
            return;
        }
        if (is.says != null && is.says.due()) {
            String job = is.runsTheAsked ? "job asked of key " : "job other of key ok";
            expected.add(
                    switch (is.says) {
                        case JOB -> "job-running:" + job;
                        case WORKER -> "no-worker:" + job;
                        case SUSPECT -> "suspect-elsewhere:text of SUSPECT";
                        case REDIS -> "unanswered:text of REDIS";
                        default -> "standing:text of " + is.says;
                    });
        } else if (!(is.headIsHeld && !ready(is.keys.get(is.keys.size() - 1)))) {
            if (is.backlog > 0 && !is.behindMarker && is.old && !is.inFlight && !is.moved) {
                expected.add("owner-idle:job head of key ");
            } else if (is.backlog > 0
                    || is.keys.stream().anyMatch(this::ready)
                    || (is.delayed > 0 && is.delayedIsDue)) {
                expected.add("working:pod owner works");
            }
        }
    }

    private void later() {
        IntStream.range(0, is.keys.size())
                .filter(n -> is.keys.get(n) == KeyIs.LATER || is.keys.get(n) == KeyIs.FOR_A_PERSON)
                .limit(3)
                .forEach(n -> expected.add(held(n)));
        if (expected.isEmpty() && is.delayed > 0 && !is.delayedIsDue) {
            expected.add("next-due:not due yet");
        }
    }
}
