package io.qbull.app.pod;

import io.qbull.app.exit.CliException;
import io.qbull.app.settings.AppSettings;
import io.qbull.app.settings.ComponentOption;
import io.qbull.app.settings.Setting;
import io.qbull.component.QbullEndpoint;
import io.qbull.model.NearName;
import io.qbull.model.QueueName;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.spi.EndpointStrategy;
import org.apache.camel.support.PropertyBindingSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives every endpoint of a queue the options {@code qbull.queue.NAME.OPTION}, which override those of a route. Refuses an endpoint that
 * then differs from the rest of the app in its number of partitions: otherwise the first to create the queue would decide.
 */
final class QueueOptions implements EndpointStrategy {
    private static final Logger LOG = LoggerFactory.getLogger(QueueOptions.class);

    private final CamelContext context;
    private final AppSettings.Queues queues;
    private final Set<String> used = ConcurrentHashMap.newKeySet();

    QueueOptions(CamelContext context, AppSettings.Queues queues) {
        this.context = context;
        this.queues = queues;
    }

    /**
     * Checks the options before any route uses them, so that a mistake names the setting and no route.
     *
     * @throws CliException for the first that has a wrong value
     */
    void check() throws CliException {
        OptionCheck check = new OptionCheck(context);
        check.refuseWrong(Map.of(), queues.defaults());
        for (Map.Entry<QueueName, Map<String, String>> queue : queues.options().entrySet()) {
            Map<String, ComponentOption> own = new LinkedHashMap<>();
            queue.getValue()
                    .forEach((option, value) -> own.put(
                            Setting.QUEUE_PREFIX + queue.getKey() + "." + option, new ComponentOption(option, value)));
            check.refuseWrong(queues.defaults(), own);
        }
    }

    /** Tells of options of queues that nothing uses: the name may be misspelt, or only messages name the queue. */
    void reportUnused() {
        Set<String> known = new TreeSet<>(used);
        queues.names().forEach(name -> known.add(name.value()));
        for (QueueName name : queues.options().keySet()) {
            if (!known.contains(name.value())) {
                LOG.warn(
                        "{}{} is set, but no route uses the queue {} and {} does not list it{}",
                        Setting.QUEUE_PREFIX,
                        name,
                        name,
                        Setting.QUEUES.variable(),
                        NearName.hint(name.value(), known));
            }
        }
    }

    @Override
    public Endpoint registerEndpoint(String uri, Endpoint endpoint) {
        if (endpoint instanceof QbullEndpoint queue) {
            QueueName name = new QueueName(queue.getQueue());
            used.add(name.value());
            Map<String, String> own = queues.options().getOrDefault(name, Map.of());
            own.forEach((option, value) -> PropertyBindingSupport.build()
                    .withIgnoreCase(true)
                    .bind(context, queue.getConfiguration(), option, value));
            if (queues.names().contains(name) && !own.containsKey("partitions")) {
                requirePartitions(name, queue.getConfiguration().getPartitions());
            }
        }
        return endpoint;
    }

    private void requirePartitions(QueueName name, @Nullable Integer wanted) {
        if (wanted != null && wanted != queues.partitions()) {
            throw new IllegalArgumentException("partitions (" + wanted + ") must be " + queues.partitions()
                    + " as in the settings; " + Setting.QUEUE_PREFIX + name + ".partitions sets it for this queue");
        }
    }
}
