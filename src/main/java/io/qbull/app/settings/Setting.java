package io.qbull.app.settings;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The settings of the app: the name in the environment, the name in {@code config/application.properties}, the default, and the
 * component option that has the same meaning, if there is one.
 */
public enum Setting {
    REDIS_URL("REDIS_URL", "redisUrl", "", "redisUri"),
    QUEUES("QBULL_QUEUES", "queues", "WHATSAPP"),
    PARTITIONS("PARTITIONS", "partitions", "16", "partitions"),
    PARTITIONS_PER_POD("PARTITIONS_PER_POD", "partitionsPerPod", "auto", "partitionsPerPod"),
    POD_ID("QBULL_POD_ID", "podId", "", "podId"),
    LEASE_TTL("QBULL_LEASE_TTL", "leaseTtl", "15s", "leaseTtl"),
    ROUTES("QBULL_ROUTES", "routes", "routes"),
    INGEST("QBULL_INGEST", "ingest", "http,files"),
    HTTP_HOST("QBULL_HTTP_HOST", "httpHost", "127.0.0.1"),
    HTTP_PORT("QBULL_HTTP_PORT", "httpPort", "8080"),
    MANAGEMENT_HOST("QBULL_MANAGEMENT_HOST", "managementHost", "127.0.0.1"),
    MANAGEMENT_PORT("QBULL_MANAGEMENT_PORT", "managementPort", "9876"),
    HTTP_HOSTS("QBULL_HTTP_HOSTS", "httpHosts", ""),
    TOKEN("QBULL_TOKEN", "token", ""),
    HTTP_HEADERS("QBULL_HTTP_HEADERS", "httpHeaders", ""),
    KEY_FIELDS("QBULL_KEY_FIELDS", "keyFields", "key,to"),
    MAX_REQUEST_SIZE("QBULL_MAX_REQUEST_SIZE", "maxRequestSize", ""),
    MAX_LINE_LENGTH("QBULL_MAX_LINE_LENGTH", "maxLineLength", "2097152"),
    MAX_JSON_DEPTH("QBULL_MAX_JSON_DEPTH", "maxJsonDepth", "100"),
    MAX_CONNECTIONS("QBULL_MAX_CONNECTIONS", "maxConnections", "1000"),
    BODY_TIMEOUT("QBULL_BODY_TIMEOUT", "bodyTimeout", "60s"),
    FILE_QUIET("QBULL_FILE_QUIET", "fileQuiet", "2s"),
    FILES_AT_ONCE("QBULL_FILES_AT_ONCE", "filesAtOnce", "2"),
    DATA("QBULL_DATA", "data", "data"),
    WEBHOOK_URL("QBULL_WEBHOOK_URL", "webhookUrl", ""),
    COALESCE("QBULL_COALESCE", "coalesce", "false"),
    COALESCE_FROM("QBULL_COALESCE_FROM", "coalesceFrom", "MESSAGES"),
    COALESCE_TO("QBULL_COALESCE_TO", "coalesceTo", "WHATSAPP"),
    COALESCE_WINDOW("QBULL_COALESCE_WINDOW", "coalesceWindow", "5s"),
    COALESCE_SIZE("QBULL_COALESCE_SIZE", "coalesceSize", "100");

    /** The prefix of names in the file. */
    static final String PREFIX = "qbull.";

    /** The prefix of the settings of one queue: {@code qbull.queue.NAME.OPTION}. */
    public static final String QUEUE_PREFIX = PREFIX + "queue.";

    private final String variable;
    private final String property;
    private final String preset;
    private final @Nullable String option;

    Setting(String variable, String property, String preset) {
        this(variable, property, preset, null);
    }

    Setting(String variable, String property, String preset, @Nullable String option) {
        this.variable = variable;
        this.property = PREFIX + property;
        this.preset = preset;
        this.option = option;
    }

    /** Its name in the environment. */
    public String variable() {
        return variable;
    }

    /** Its name in the file. */
    String property() {
        return property;
    }

    /** The default; empty = none. */
    String preset() {
        return preset;
    }

    /** The option of the component with the same meaning. */
    Optional<String> option() {
        return Optional.ofNullable(option);
    }

    static Optional<Setting> ofProperty(String property) {
        return Arrays.stream(values())
                .filter(setting -> setting.property.equals(property))
                .findFirst();
    }
}
