package io.qbull.component;

import io.qbull.component.node.NodeKey;
import io.qbull.component.node.NodeRequest;
import io.qbull.model.QueueName;
import java.util.Map;
import org.apache.camel.AsyncEndpoint;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.PollingConsumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.EndpointServiceLocation;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;

/** Keyed, ordered job queues on partitioned Redis Streams. */
@UriEndpoint(
        firstVersion = "0.1.0",
        scheme = "qbull",
        title = "QBull",
        syntax = "qbull:queue",
        category = {Category.MESSAGING},
        headersClass = QbullConstants.class)
public class QbullEndpoint extends DefaultEndpoint implements AsyncEndpoint, EndpointServiceLocation {
    @UriPath
    @Metadata(required = true)
    private String queue = "";

    @UriParam
    private QbullConfiguration configuration;

    /**
     * @param uri the endpoint's URI, free of secrets
     * @param component keeps the nodes
     * @param configuration this endpoint's own copy
     */
    QbullEndpoint(String uri, QbullComponent component, QbullConfiguration configuration) {
        super(uri, component);
        this.configuration = configuration;
    }

    @Override
    public Producer createProducer() {
        return new QbullProducer(this);
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        QbullConsumer consumer = new QbullConsumer(this, processor);
        configureConsumer(consumer);
        return consumer;
    }

    @Override
    public PollingConsumer createPollingConsumer() {
        return new QbullPollingConsumer(this);
    }

    @Override
    public QbullComponent getComponent() {
        return (QbullComponent) super.getComponent();
    }

    NodeKey nodeKey() {
        return new NodeKey(
                new QueueName(queue),
                QbullSettings.redisUri(configuration, getCamelContext()),
                getComponent().pod(configuration));
    }

    NodeRequest nodeRequest() {
        return new NodeRequest(
                nodeKey(), configuration.getKeyHash(), configuration.getPartitions(), configuration.getLeaseTtl());
    }

    @Override
    public String getServiceUrl() {
        return RedisAddress.withoutSecrets(QbullSettings.redisUri(configuration, getCamelContext()));
    }

    @Override
    public String getServiceProtocol() {
        return "redis";
    }

    @Override
    public Map<String, String> getServiceMetadata() {
        return Map.of("queue", queue);
    }

    /** @return see the setter */
    public String getQueue() {
        return queue;
    }

    /** The name of the queue: 1 to 100 characters of A-Z a-z 0-9 _ . - */
    public void setQueue(String queue) {
        this.queue = queue;
    }

    /**
     * @return the options
     */
    public QbullConfiguration getConfiguration() {
        return configuration;
    }

    /** The options. */
    public void setConfiguration(QbullConfiguration configuration) {
        this.configuration = configuration;
    }
}
