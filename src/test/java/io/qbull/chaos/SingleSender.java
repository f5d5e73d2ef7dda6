package io.qbull.chaos;

import java.time.Duration;
import java.util.List;
import java.util.Random;

/** Sends one job in a request: most have an id and run at once, some are alone with their key and run later. */
final class SingleSender extends Sender {
    private static final int KEYS = 30;
    private static final int DELAYED_ONE_IN = 4;
    private static final int LONGEST_DELAY_MILLIS = 20_000;

    private final String name;
    private int delayed;

    /**
     * @param name begins its keys
     * @param queues to which it sends in turn
     * @param crew the pods
     * @param random chooses keys and pods
     * @param perSecond jobs, about
     */
    SingleSender(String name, List<String> queues, Crew crew, Random random, int perSecond) {
        this(name, queues, crew, random, Duration.ofSeconds(1).dividedBy(perSecond));
    }

    private SingleSender(String name, List<String> queues, Crew crew, Random random, Duration pause) {
        super(queues, new Client(crew, random, pause), random, pause.toNanos());
        this.name = name;
    }

    @Override
    List<Job> send(String queue) {
        Job job;
        String query;
        if (random.nextInt(DELAYED_ONE_IN) == 0) {
            int delay = 1 + random.nextInt(LONGEST_DELAY_MILLIS);
            job = new Job(queue, name + "later" + delayed++, 0, System.currentTimeMillis() + delay);
            query = "&delay=" + delay;
        } else {
            String key = name + random.nextInt(KEYS);
            job = new Job(queue, key, next(queue, key), 0);
            query = "";
        }
        client.send(
                "/queues/" + queue + "/jobs?key=" + job.key() + query,
                "text/plain",
                job.body(),
                "\"duplicate\":(true|false)");
        return List.of(job);
    }
}
