package io.qbull.app.pod;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.app.settings.AppSettings;
import io.qbull.app.settings.Setting;
import io.qbull.component.QbullEndpoint;
import io.qbull.model.QueueName;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.PropertyBindingException;
import org.apache.camel.spi.EndpointStrategy;
import org.apache.camel.support.PropertyBindingSupport;
import org.apache.camel.util.ObjectHelper;
import org.jspecify.annotations.Nullable;

/**
 * Gives every endpoint of a queue the options {@code qbull.queue.NAME.OPTION}, which override those of a route. Refuses an endpoint that
 * then differs from the rest of the app in its number of partitions: otherwise the first to create the queue would decide.
 */
final class QueueOptions implements EndpointStrategy {
    private final CamelContext context;
    private final AppSettings.Queues queues;

    QueueOptions(CamelContext context, AppSettings.Queues queues) {
        this.context = context;
        this.queues = queues;
    }

    /**
     * Checks the options of each queue by making an endpoint with them, which is not used.
     *
     * @throws CliException for the first queue with an unknown option or a wrong value
     */
    void check() throws CliException {
        for (Map.Entry<QueueName, Map<String, String>> queue : queues.options().entrySet()) {
            Map<String, Object> parameters = new LinkedHashMap<>(queue.getValue());
            try {
                context.getComponent("qbull").createEndpoint("qbull:" + queue.getKey(), parameters);
            } catch (Exception e) {
                throw new CliException(
                        ExitCode.USAGE, Setting.QUEUE_PREFIX + queue.getKey() + " is wrong: " + reason(e), e);
            }
        }
    }

    @Override
    public Endpoint registerEndpoint(String uri, Endpoint endpoint) {
        if (endpoint instanceof QbullEndpoint queue) {
            QueueName name = new QueueName(queue.getQueue());
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

    /** The message with the name of the option: Camel's exception has it aside, the component's own rules name it in their text. */
    private static String reason(Exception failure) {
        PropertyBindingException unread = ObjectHelper.getException(PropertyBindingException.class, failure);
        if (unread != null) {
            return unread.getPropertyName() + " (" + unread.getValue() + ") cannot be read";
        }
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }
}
