package io.qbull.app.bench;

import io.qbull.model.QueueName;
import io.qbull.store.redis.raw.RawQueue;
import java.time.Duration;
import java.util.List;
import org.apache.camel.Exchange;

/** How long partitions pause when the process of their pod is killed: from the kill to the first job that the other pod starts. */
final class TakeOverMeasurement implements Measurement {
    private static final Part PART = Part.TAKEOVER;
    private static final Duration TTL = Duration.ofSeconds(2);
    private static final String VICTIM = "victim";
    private static final String HEIR = "heir";

    private final Events events = new Events();
    private List<Payload> before = List.of();
    private List<String> owners = List.of();
    private long killed;

    @Override
    public void run(Scene scene) throws Exception {
        int partitions = scene.options().partitions();
        QueueName queue = Scene.queue(PART);
        RawQueue watched = scene.rawQueue(PART, partitions);
        String options = Scene.halves(partitions) + "&leaseTtl=" + TTL.toMillis() + "ms&podId=";
        Deck deck = new Deck(scene.options().keys());
        scene.progress().say(PART.text() + ": starting the pod to be killed");
        try (OwnerProcess victim = OwnerProcess.start(scene.redisUri(), queue, options + VICTIM);
                Sender sender = Sender.to(scene, queue, partitions)) {
            Scene.await("for its leases", () -> watched.owned(VICTIM) == partitions);
            try (BenchPod heir = BenchPod.consuming(scene.redisUri(), queue, options + HEIR, this::job)) {
                Scene.await(
                        "for " + heir.context().getName() + " to get its share",
                        () -> watched.owned(HEIR) == partitions / 2);
                scene.progress().say(PART.text() + ": waiting for the take-over");
                try (SteadyLoad load = SteadyLoad.start(sender, deck, partitions)) {
                    Scene.await(
                            "for jobs, " + load.perSecond() + " a second",
                            () -> events.partitions(HEIR) == partitions / 2);
                    kill(victim, watched);
                    Scene.await("for jobs of all partitions", () -> events.partitions(HEIR) == partitions);
                }
                Scene.await("for the last commit", () -> watched.backlog() == 0);
            }
            sender.judge(scene, PART);
        }
        report(scene, deck);
        watched.remove();
    }

    private void kill(OwnerProcess victim, RawQueue watched) throws InterruptedException {
        owners = watched.owners();
        killed = System.nanoTime();
        before = victim.kill();
    }

    private void job(Exchange exchange) {
        long now = System.nanoTime();
        events.add(new Events.Event(
                HEIR, BenchPod.partition(exchange), BenchPod.payload(exchange), now, System.nanoTime()));
    }

    private void report(Scene scene, Deck deck) {
        List<Events.Event> all = events.all();
        List<Double> pauses =
                Events.waits(all, killed, partition -> owners.get(partition).equals(VICTIM));
        Double ttl = (double) TTL.toMillis();
        scene.add(Figure.pause(PART, "longest pause, beside the lease TTL", Figure.largest(pauses), ttl)
                .noted(pauses.size() + " partitions"));
        scene.add(Figure.pause(PART, "median pause, beside the lease TTL", Figure.median(pauses), ttl));
        // A key goes from the killed pod to the other one and never back.
        Tally tally = new Tally(scene.options().keys());
        before.forEach(job -> run(tally, job));
        all.forEach(event -> run(tally, event.job()));
        Findings findings = tally.findings(deck.dealt());
        scene.add(new Figure(PART.text(), "jobs that ran again", "", findings.repeated(), "", null, null));
        scene.judge(PART, findings, true);
    }

    private static void run(Tally tally, Payload job) {
        tally.started(job);
        tally.ended(job);
    }
}
