package io.qbull.app.settings;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.app.settings.ComponentOptions.Given;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.PodId;
import io.qbull.model.Printable;
import io.qbull.model.QueueName;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Turns environment and file into {@link AppSettings}, and into what Camel reads. The environment wins, whichever name a setting has
 * there and in the file; an empty value counts as none.
 */
public final class SettingsReader {
    private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}");
    private static final Set<String> SECRET_HEADERS =
            Set.of("authorization", "cookie", "set-cookie", "proxy-authorization", "idempotency-key");
    private static final int MOST_MESSAGES = 10_000;

    private final Map<String, String> environment;
    private final Map<String, String> file;
    private final Path home;
    private static final String KEY_HASH = "keyHash";

    private final ComponentOptions environmentOptions;
    private final ComponentOptions fileOptions;

    /**
     * @param environment variables
     * @param file content of {@code config/application.properties}
     * @param home the top of the repository, from which relative folders count
     * @throws CliException if two spellings of one name contradict each other
     */
    public SettingsReader(Map<String, String> environment, Map<String, String> file, Path home) throws CliException {
        this.environment = environment;
        this.file = file;
        this.home = home;
        this.environmentOptions = ComponentOptions.inEnvironment(environment);
        this.fileOptions = ComponentOptions.inFile(file);
    }

    /**
     * @param home the top of the repository
     * @return reads the environment of this process and {@code config/application.properties}
     * @throws CliException if the file cannot be read, or two spellings of one name contradict each other
     */
    public static SettingsReader ofProcess(Path home) throws CliException {
        return new SettingsReader(System.getenv(), ConfigFile.read(home), home);
    }

    /**
     * @return the file for Camel: with the component's options from the environment, and without those that are settings
     */
    public Properties camel() {
        List<String> settings = Arrays.stream(Setting.values())
                .flatMap(setting -> setting.option().stream())
                .toList();
        Properties properties = new Properties();
        properties.putAll(file);
        properties.keySet().removeIf(name -> ComponentOptions.isOne((String) name));
        properties.putAll(environmentOptions.over(fileOptions, settings));
        return properties;
    }

    /**
     * @throws CliException for the first value that breaks its rule
     */
    public AppSettings read() throws CliException {
        Map<QueueName, Map<String, String>> options = queueOptions();
        List<QueueName> names = queueNames();
        for (QueueName named : options.keySet()) {
            if (!names.contains(named)) {
                throw CliException.setting(
                        Setting.QUEUE_PREFIX + named,
                        "",
                        "is set, but " + name(Setting.QUEUES) + " does not list that queue");
            }
        }
        int partitions = number(Setting.PARTITIONS, 1, Layout.MOST_PARTITIONS);
        int partitionsPerPod = number(Setting.PARTITIONS_PER_POD, 1, Layout.MOST_PARTITIONS);
        AppSettings.Queues queues = new AppSettings.Queues(
                names,
                partitions,
                partitionsPerPod,
                Durations.read(name(Setting.LEASE_TTL), value(Setting.LEASE_TTL)),
                options);
        String redisUrl = value(Setting.REDIS_URL);
        return new AppSettings(
                pod(),
                redisUrl.isEmpty() ? null : redisUrl(redisUrl),
                queues,
                web(),
                folders(),
                webhookUrl(),
                coalesce());
    }

    /**
     * For those who do without the component.
     *
     * @param queue a queue
     * @return how its keys map to partitions
     * @throws CliException if the settings name no such way
     */
    public KeyHash keyHash(QueueName queue) throws CliException {
        Optional<Given> own = queueOptions().getOrDefault(queue, Map.of()).entrySet().stream()
                .filter(option -> option.getKey().replaceAll("[-_]", "").equalsIgnoreCase(KEY_HASH))
                .map(option -> new Given(Setting.QUEUE_PREFIX + queue + "." + option.getKey(), option.getValue()))
                .findFirst();
        Optional<Given> given = own.or(() -> environmentOptions.get(KEY_HASH)).or(() -> fileOptions.get(KEY_HASH));
        String name = given.map(Given::value).orElse("xxh64");
        return Arrays.stream(KeyHash.values())
                .filter(hash -> hash.name().equalsIgnoreCase(name.replace('-', '_')))
                .findFirst()
                .orElseThrow(() -> CliException.setting(
                        given.map(Given::name).orElse(KEY_HASH), name, "must be xxh64 or qbull-python"));
    }

    private List<QueueName> queueNames() throws CliException {
        List<QueueName> names = new ArrayList<>();
        for (String name : list(Setting.QUEUES)) {
            QueueName queue = queueName(name(Setting.QUEUES), name);
            if (names.contains(queue)) {
                throw CliException.setting(name(Setting.QUEUES), name, "is listed twice");
            }
            names.add(queue);
        }
        if (names.isEmpty()) {
            throw CliException.setting(name(Setting.QUEUES), value(Setting.QUEUES), "must name at least one queue");
        }
        return List.copyOf(names);
    }

    private Map<QueueName, Map<String, String>> queueOptions() throws CliException {
        Map<QueueName, Map<String, String>> options = new TreeMap<>();
        for (Map.Entry<String, String> entry : file.entrySet()) {
            String property = entry.getKey();
            if (property.startsWith(Setting.QUEUE_PREFIX)) {
                // A queue's name may contain dots, an option's does not.
                int dot = property.lastIndexOf('.');
                if (dot < Setting.QUEUE_PREFIX.length()) {
                    throw CliException.setting(property, entry.getValue(), "must read qbull.queue.NAME.OPTION");
                }
                QueueName queue = queueName(property, property.substring(Setting.QUEUE_PREFIX.length(), dot));
                options.computeIfAbsent(queue, q -> new LinkedHashMap<>())
                        .put(property.substring(dot + 1), entry.getValue().strip());
            } else if (property.startsWith(Setting.PREFIX)
                    && Setting.ofProperty(property).isEmpty()) {
                throw CliException.setting(
                        property, entry.getValue(), "is no setting; docs/settings.md lists all settings");
            }
        }
        return options;
    }

    private static QueueName queueName(String setting, String name) throws CliException {
        try {
            return new QueueName(name);
        } catch (IllegalArgumentException e) {
            throw CliException.setting(setting, Printable.of(name), "is wrong: " + e.getMessage());
        }
    }

    private PodId pod() throws CliException {
        String given = value(Setting.POD_ID);
        try {
            return given.isEmpty() ? PodNames.random() : new PodId(given);
        } catch (IllegalArgumentException e) {
            throw CliException.setting(name(Setting.POD_ID), Printable.of(given), "is wrong: " + e.getMessage());
        }
    }

    /** The store judges the rest. The password, if any, is not repeated in a message. */
    private String redisUrl(String url) throws CliException {
        if (!url.strip().matches("(redis|rediss|redis-sentinel|rediss-sentinel)://\\S.*")) {
            throw new CliException(
                    ExitCode.USAGE,
                    name(Setting.REDIS_URL) + " must be redis://, rediss:// or redis-sentinel:// with a host;"
                            + " the nodes of a cluster are separated by commas");
        }
        return url;
    }

    private AppSettings.Web web() throws CliException {
        String token = value(Setting.TOKEN);
        if (!token.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw new CliException(
                    ExitCode.USAGE, name(Setting.TOKEN) + " must be visible ASCII characters without blanks");
        }
        AppSettings.Address http = address(Setting.HTTP_HOST, Setting.HTTP_PORT, token);
        AppSettings.Address management = address(Setting.MANAGEMENT_HOST, Setting.MANAGEMENT_PORT, token);
        if (http.port() == management.port()) {
            throw CliException.setting(
                    name(Setting.MANAGEMENT_PORT),
                    value(Setting.MANAGEMENT_PORT),
                    "must differ from " + name(Setting.HTTP_PORT));
        }
        return new AppSettings.Web(
                http,
                management,
                token.isEmpty() ? null : token,
                keptHeaders(),
                number(Setting.MAX_CONNECTIONS, 1, 1_000_000),
                Durations.read(name(Setting.BODY_TIMEOUT), value(Setting.BODY_TIMEOUT)),
                bulk());
    }

    private AppSettings.Bulk bulk() throws CliException {
        List<String> keyFields = list(Setting.KEY_FIELDS);
        if (keyFields.isEmpty()) {
            throw CliException.setting(
                    name(Setting.KEY_FIELDS), value(Setting.KEY_FIELDS), "must name at least one member");
        }
        long requestSize = value(Setting.MAX_REQUEST_SIZE).isEmpty()
                ? Long.MAX_VALUE
                : wholeNumber(Setting.MAX_REQUEST_SIZE, 1, Long.MAX_VALUE);
        return new AppSettings.Bulk(
                requestSize,
                number(Setting.MAX_LINE_LENGTH, 1, 256 << 20),
                number(Setting.MAX_JSON_DEPTH, 1, 1_000),
                keyFields);
    }

    private AppSettings.Address address(Setting host, Setting port, String token) throws CliException {
        String given = value(host);
        if (!Hosts.exists(given)) {
            throw CliException.setting(name(host), Printable.of(given), "is no host that this machine knows");
        }
        if (token.isEmpty() && !Hosts.isLoopback(given)) {
            throw CliException.setting(
                    name(host),
                    Printable.of(given),
                    "can be reached from other machines: set " + Setting.TOKEN.variable() + ", or use 127.0.0.1");
        }
        return new AppSettings.Address(given, number(port, 1, 65_535));
    }

    private Set<String> keptHeaders() throws CliException {
        for (String header : list(Setting.HTTP_HEADERS)) {
            String lower = header.toLowerCase(Locale.ROOT);
            if (!HEADER.matcher(header).matches()) {
                throw CliException.setting(name(Setting.HTTP_HEADERS), Printable.of(header), "is no header name");
            }
            if (lower.startsWith("camel") || lower.startsWith("org.apache.camel") || SECRET_HEADERS.contains(lower)) {
                throw CliException.setting(name(Setting.HTTP_HEADERS), header, "is never kept with a job");
            }
        }
        return Set.copyOf(list(Setting.HTTP_HEADERS));
    }

    private AppSettings.Folders folders() throws CliException {
        return new AppSettings.Folders(
                home, folder(Setting.ROUTES), folder(Setting.DATA), number(Setting.FILES_AT_ONCE, 1, 64));
    }

    private Path folder(Setting setting) throws CliException {
        try {
            return home.resolve(value(setting)).normalize();
        } catch (InvalidPathException e) {
            throw CliException.setting(name(setting), Printable.of(value(setting)), "is no path: " + e.getReason());
        }
    }

    private @Nullable URI webhookUrl() throws CliException {
        String given = value(Setting.WEBHOOK_URL);
        if (given.isEmpty()) {
            return null;
        }
        try {
            URI uri = new URI(given);
            boolean http = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
            if (http && uri.getHost() != null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            throw CliException.setting(name(Setting.WEBHOOK_URL), Printable.of(given), "is no URL: " + e.getReason());
        }
        throw CliException.setting(
                name(Setting.WEBHOOK_URL), Printable.of(given), "must be an http:// or https:// URL");
    }

    private AppSettings.@Nullable Coalesce coalesce() throws CliException {
        String given = value(Setting.COALESCE);
        if (!given.equals("true") && !given.equals("false")) {
            throw CliException.setting(name(Setting.COALESCE), Printable.of(given), "must be true or false");
        }
        AppSettings.Coalesce coalesce = new AppSettings.Coalesce(
                queueName(name(Setting.COALESCE_FROM), value(Setting.COALESCE_FROM)),
                queueName(name(Setting.COALESCE_TO), value(Setting.COALESCE_TO)),
                Durations.read(name(Setting.COALESCE_WINDOW), value(Setting.COALESCE_WINDOW)),
                number(Setting.COALESCE_SIZE, 1, MOST_MESSAGES));
        if (coalesce.from().equals(coalesce.to())) {
            throw CliException.setting(
                    name(Setting.COALESCE_TO),
                    value(Setting.COALESCE_TO),
                    "must differ from " + name(Setting.COALESCE_FROM));
        }
        return given.equals("true") ? coalesce : null;
    }

    private int number(Setting setting, int least, int most) throws CliException {
        return (int) wholeNumber(setting, least, most);
    }

    private long wholeNumber(Setting setting, long least, long most) throws CliException {
        String given = value(setting);
        try {
            long number = Long.parseLong(given);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Same answer as for a number out of range.
        }
        throw CliException.setting(
                name(setting), Printable.of(given), "must be a whole number between " + least + " and " + most);
    }

    private List<String> list(Setting setting) throws CliException {
        return Arrays.stream(value(setting).split(","))
                .map(String::strip)
                .filter(item -> !item.isEmpty())
                .collect(Collectors.toList());
    }

    private String value(Setting setting) throws CliException {
        return given(setting).map(Given::value).orElse(setting.preset());
    }

    /** The name that the person used. */
    private String name(Setting setting) throws CliException {
        return given(setting).map(Given::name).orElse(setting.variable());
    }

    private Optional<Given> given(Setting setting) throws CliException {
        Optional<Given> first = given(setting, environment, setting.variable(), environmentOptions);
        return first.isPresent() ? first : given(setting, file, setting.property(), fileOptions);
    }

    private static Optional<Given> given(
            Setting setting, Map<String, String> place, String name, ComponentOptions options) throws CliException {
        Optional<Given> option = setting.option().flatMap(options::get);
        String value = place.getOrDefault(name, "").strip();
        if (value.isEmpty()) {
            return option;
        }
        Given given = new Given(name, value);
        given.refuseOther(option.orElse(null));
        return Optional.of(given);
    }
}
