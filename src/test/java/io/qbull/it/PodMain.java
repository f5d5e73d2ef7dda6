package io.qbull.it;

import io.qbull.component.ObservedComponent;
import io.qbull.component.QbullComponent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;

/**
 * A pod under test, as a process: one route that consumes a queue. Obeys its standard input: the line {@code stop} is a clean
 * stop, its end (the test has died) a halt, so that no pod outlives its test.
 */
public final class PodMain {
    private PodMain() {}

    /**
     * @param args address of Redis, consumer endpoint, flavour of the route, file of the log; then consumer endpoints of other queues
     *     whose jobs are not logged
     * @throws Exception if the pod does not start
     */
    public static void main(String[] args) throws Exception {
        EventLog log = new EventLog(Path.of(args[3]));
        CamelContext context = context(args[0], args[1], PodRoute.Flavour.valueOf(args[2]), log);
        for (String other : Arrays.asList(args).subList(4, args.length)) {
            context.addRoutes(PodRoute.bystander(other));
        }
        context.start();
        log.add(new Event.Up(System.nanoTime()));
        Runtime.getRuntime().halt(obey(context));
    }

    /** A context with the real component, whose store writes to {@code log}. */
    static CamelContext context(String redisUri, String uri, PodRoute.Flavour flavour, EventLog log) throws Exception {
        DefaultCamelContext context = new DefaultCamelContext();
        QbullComponent component = ObservedComponent.around(
                (queue, store) -> queue.value().equals(Scene.QUEUE) ? new LoggedStore(store, log) : store);
        component.getConfiguration().setRedisUri(redisUri);
        context.addComponent("qbull", component);
        context.addRoutes(new PodRoute(uri, flavour, log));
        return context;
    }

    private static int obey(CamelContext context) throws IOException {
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            if ("stop".equals(order)) {
                context.stop();
                return 0;
            }
        }
        return 2;
    }
}
