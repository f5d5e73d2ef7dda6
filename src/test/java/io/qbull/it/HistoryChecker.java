package io.qbull.it;

import io.qbull.it.Event.Answer;
import io.qbull.it.History.PodLife;
import io.qbull.it.History.Result;
import io.qbull.it.Report.Repeats;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Checks a history against the guarantees of QBull: G1 no loss, G2 order, G3 one owner, G4 few duplicates. The rules are in
 * {@link LossCheck}, {@link OrderCheck}, {@link FenceCheck} and {@link RepeatCheck}; {@code HistoryCheckerTest} shows that each of them can
 * fail. Pure.
 */
final class HistoryChecker {
    private HistoryChecker() {}

    /**
     * @param history of pods
     * @param concurrency with which they work
     * @param excuses disruptions besides the kills, which are in the history
     * @return figures and violations
     */
    static Report check(History history, int concurrency, List<Disruption> excuses) {
        Ledger ledger = new Ledger(history);
        List<Violation> violations = new ArrayList<>();
        new LossCheck(history, ledger, violations::add).run();
        new OrderCheck(ledger, concurrency, violations::add).run();
        new FenceCheck(history, ledger, violations::add).run();
        List<Disruption> kills = history.pods().stream()
                .filter(pod -> pod.killedAt() != History.NEVER)
                .map(Disruption::kill)
                .toList();
        List<Repeats> repeats = new RepeatCheck(
                        ledger, Stream.concat(kills.stream(), excuses.stream()).toList(), violations::add)
                .run();
        return new Report(
                count(history, Result.ACCEPTED),
                count(history, Result.REFUSED),
                count(history, Result.UNKNOWN),
                history.sent().stream()
                        .filter(s -> s.result() == Result.UNKNOWN && ledger.placesOf.containsKey(s.job()))
                        .count(),
                ledger.runs.size(),
                ledger.runs.stream()
                        .filter(run -> ledger.staleAt(run.owner(), run.startedAt()))
                        .count(),
                history.pods().stream().mapToLong(HistoryChecker::fenced).sum(),
                repeats,
                new TakeOvers(history).list(),
                HandOvers.list(history),
                violations);
    }

    /**
     * @param pod a life
     * @return its fetches, commits and burials that were fenced
     */
    static long fenced(PodLife pod) {
        return pod.events().stream()
                .filter(e -> (e instanceof Event.Fetched f && f.answer() == Answer.FENCED)
                        || (e instanceof Event.RemovalAnswered a && a.answer() == Answer.FENCED))
                .count();
    }

    private static long count(History history, Result result) {
        return history.sent().stream().filter(s -> s.result() == result).count();
    }
}
