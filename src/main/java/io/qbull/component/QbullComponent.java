package io.qbull.component;

import io.qbull.component.node.NodeFactory;
import io.qbull.component.node.NodeRequest;
import io.qbull.component.node.SharedNode;
import io.qbull.component.node.SharedNodes;
import io.qbull.component.node.SharedThreads;
import io.qbull.engine.QueueNodes;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.camel.Endpoint;
import org.apache.camel.ExtendedCamelContext;
import org.apache.camel.PropertyBindingException;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.HealthCheckComponent;
import org.apache.camel.util.InetAddressUtil;
import org.jspecify.annotations.Nullable;

/** Makes the endpoints {@code qbull:QUEUE} and keeps the nodes that they share. */
@Component("qbull")
public class QbullComponent extends HealthCheckComponent {
    private static final Pattern REDIS_URI = Pattern.compile("([?&]redisUri=)(RAW\\(.*?\\)|RAW\\{.*?}|[^&]*)");

    @Metadata(description = "Options of all endpoints that do not say otherwise.")
    private QbullConfiguration configuration = new QbullConfiguration();

    @Metadata(
            description =
                    "The most memory, in bytes, that jobs read from Redis and not yet done take, of all queues of the process "
                            + "together; one job of each partition always fits. By default a quarter of the heap.")
    private @Nullable Long prefetchMemory;

    private final SharedNodes nodes;
    private final SharedThreads threads = new SharedThreads();
    private final PollingSessions pollingSessions;
    private final List<String> addresses = new ArrayList<>();
    private @Nullable PodId defaultPod;
    private Runnable endMemoryLimit = () -> {};

    /** Makes the component; Camel calls this when it first sees the scheme. */
    public QbullComponent() {
        this(QueueNodes::open);
    }

    /**
     * @param factory opens the nodes
     */
    QbullComponent(NodeFactory factory) {
        this.nodes = new SharedNodes(factory);
        this.pollingSessions = new PollingSessions(nodes::release);
    }

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        QbullEndpoint endpoint = new QbullEndpoint(masked(uri), this, configuration.copy());
        endpoint.setQueue(new QueueName(remaining).value());
        return endpoint;
    }

    @Override
    protected void setProperties(Endpoint endpoint, Map<String, Object> parameters) throws Exception {
        try {
            super.setProperties(endpoint, parameters);
        } catch (PropertyBindingException e) {
            Class<?> type = new QbullEndpointConfigurer().getOptionType(e.getPropertyName(), true);
            throw new IllegalArgumentException(OptionMistake.unreadable(e, type), e);
        }
    }

    @Override
    protected void validateParameters(String uri, Map<String, Object> parameters, @Nullable String optionPrefix) {
        for (Map.Entry<String, Object> unknown : parameters.entrySet()) {
            throw new IllegalArgumentException(
                    OptionMistake.unknown(unknown.getKey(), unknown.getValue(), "qbull:", OptionMistake.options()));
        }
    }

    @Override
    protected void afterConfiguration(String uri, String remaining, Endpoint endpoint, Map<String, Object> parameters) {
        QbullConfiguration options = ((QbullEndpoint) endpoint).getConfiguration();
        QbullSettings.check(options, getCamelContext());
        FailureRules.of(options, getCamelContext());
        pod(options);
    }

    @Override
    protected void doInit() throws Exception {
        super.doInit();
        // Camel knows the names of secret options only for its own components. This covers messages about refused URIs.
        ExtendedCamelContext context = getCamelContext().getCamelContextExtension();
        String known = context.getAdditionalSensitiveKeywords();
        if (known == null) {
            context.setAdditionalSensitiveKeywords("redisUri");
        } else if (!known.contains("redisUri")) {
            context.setAdditionalSensitiveKeywords(known + ",redisUri");
        }
    }

    @Override
    protected void doStart() throws Exception {
        if (prefetchMemory != null) {
            endMemoryLimit = QueueNodes.limitPrefetchMemory(prefetchMemory);
        }
        super.doStart();
    }

    @Override
    protected void doStop() throws Exception {
        // Producers and consumers have stopped already; a node that is still open belongs to a processor that nobody
        // stopped.
        nodes.close();
        endMemoryLimit.run();
        super.doStop();
    }

    /**
     * @param endpoint whose producer or consumer starts
     * @return its node, opened if this is the first user
     * @throws IllegalArgumentException if the endpoints of the queue contradict each other
     */
    SharedNode acquireNode(QbullEndpoint endpoint) {
        List<NodeRequest> all = getCamelContext().getEndpoints().stream()
                .filter(QbullEndpoint.class::isInstance)
                .map(QbullEndpoint.class::cast)
                .filter(other -> other.getComponent() == this)
                .map(QbullEndpoint::nodeRequest)
                .toList();
        return nodes.acquire(
                endpoint.nodeRequest(),
                all,
                queue -> threads.acquire(getCamelContext().getExecutorServiceManager(), this, queue));
    }

    /**
     * Closes the node if this was its last user; blocks until it is closed.
     *
     * @param node from {@link #acquireNode}
     */
    void releaseNode(SharedNode node) {
        nodes.release(node);
    }

    /**
     * @param endpoint of a polling consumer that starts
     * @return the session of its queue
     * @throws IllegalArgumentException if the queue is polled with other options
     */
    PollingSession joinPolling(QbullEndpoint endpoint) {
        QbullConfiguration options = endpoint.getConfiguration();
        PollingSession session = pollingSessions.join(
                endpoint.nodeKey(),
                () -> acquireNode(endpoint),
                shared -> new PollingSession(endpoint, options, shared));
        try {
            session.refuseOther(endpoint, options);
        } catch (IllegalArgumentException e) {
            leavePolling(session);
            throw e;
        }
        return session;
    }

    /**
     * @param session from {@link #joinPolling}
     */
    void leavePolling(PollingSession session) {
        pollingSessions.leave(session);
    }

    /**
     * @return the nodes that are open now
     */
    List<SharedNode> openNodes() {
        return nodes.snapshot();
    }

    /**
     * @param options of an endpoint
     * @return the id by which other pods know that endpoint
     * @throws IllegalArgumentException if podId breaks its rule
     */
    PodId pod(QbullConfiguration options) {
        String chosen = options.getPodId();
        return chosen != null ? new PodId(chosen) : defaultPod();
    }

    private PodId defaultPod() {
        lock.lock();
        try {
            PodId pod = defaultPod;
            if (pod == null) {
                String host = InetAddressUtil.getLocalHostNameSafe().replaceAll("[^A-Za-z0-9_.-]", "-");
                String random = UUID.randomUUID().toString().substring(0, 8);
                pod = new PodId(host.substring(0, Math.min(host.length(), 150)) + "-" + random);
                defaultPod = pod;
            }
            return pod;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Endpoint URIs end up in logs, JMX and health details, not all of which are sanitized. Equal addresses get equal masks because
     * endpoints are compared by their URIs.
     */
    private String masked(String uri) {
        return REDIS_URI.matcher(uri).replaceAll(found -> found.group(1) + "xxxxxx" + numberOf(found.group(2)));
    }

    private int numberOf(String address) {
        lock.lock();
        try {
            if (!addresses.contains(address)) {
                addresses.add(address);
            }
            return addresses.indexOf(address) + 1;
        } finally {
            lock.unlock();
        }
    }

    /**
     * @return see the setter
     */
    public @Nullable Long getPrefetchMemory() {
        return prefetchMemory;
    }

    /** The most memory, in bytes, that jobs read from Redis and not yet done take, of all queues of the process together. */
    public void setPrefetchMemory(@Nullable Long prefetchMemory) {
        this.prefetchMemory = prefetchMemory;
    }

    /**
     * @return the options that endpoints start from
     */
    public QbullConfiguration getConfiguration() {
        return configuration;
    }

    /** Options of all endpoints that do not say otherwise. */
    public void setConfiguration(QbullConfiguration configuration) {
        this.configuration = configuration;
    }
}
