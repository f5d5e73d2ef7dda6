package io.qbull.app.settings;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.model.KeyHash;
import io.qbull.model.PodId;
import io.qbull.model.Printable;
import io.qbull.model.QueueName;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** Turns the environment and {@code config/application.properties} into {@link AppSettings}, and into the properties for Camel. */
public final class SettingsReader {
    private static final int MOST_MESSAGES = 10_000;

    private final Path home;
    private final SettingLookup lookup;
    private final QueueSettings queues;

    /**
     * @param environment variables
     * @param file content of {@code config/application.properties}
     * @param home the top of the repository; relative folders are resolved against it
     * @throws CliException if a name looks like that of a setting and is none, or two spellings of one name contradict each other
     */
    public SettingsReader(Map<String, String> environment, Map<String, String> file, Path home) throws CliException {
        this.home = home;
        UnknownNames.check(environment, file);
        this.lookup = new SettingLookup(environment, file);
        this.queues = new QueueSettings(lookup);
    }

    /**
     * @param home the top of the repository
     * @return reads the environment of this process and {@code config/application.properties}
     * @throws CliException if the file cannot be read, or as the constructor
     */
    public static SettingsReader ofProcess(Path home) throws CliException {
        UnknownNames.checkSystemProperties(System.getProperties().stringPropertyNames());
        return new SettingsReader(System.getenv(), ConfigFile.read(home), home);
    }

    /**
     * @return the properties for Camel: the file with the component's options from the environment, without options that are settings
     */
    public Properties camel() {
        Properties properties = new Properties();
        properties.putAll(lookup.file());
        properties.keySet().removeIf(name -> ComponentOptions.isOne((String) name));
        properties.putAll(lookup.otherOptions());
        return properties;
    }

    /**
     * @return the settings, checked
     * @throws CliException for the first value that breaks its rule
     */
    public AppSettings read() throws CliException {
        AppSettings.Queues ofQueues = queues.read();
        String redisUrl = lookup.value(Setting.REDIS_URL);
        return new AppSettings(
                pod(),
                redisUrl.isEmpty() ? null : redisUrl(redisUrl),
                ofQueues,
                new WebSettings(lookup).read(),
                Ingest.read(lookup),
                folders(),
                webhookUrl(),
                coalesce());
    }

    /**
     * For commands that run without the component.
     *
     * @param queue a queue
     * @return how its keys map to partitions
     * @throws CliException if the settings name an unknown way
     */
    public KeyHash keyHash(QueueName queue) throws CliException {
        return queues.keyHash(queue);
    }

    private PodId pod() throws CliException {
        String given = lookup.value(Setting.POD_ID);
        try {
            return given.isEmpty() ? PodNames.random() : new PodId(given);
        } catch (IllegalArgumentException e) {
            throw CliException.setting(lookup.name(Setting.POD_ID), Printable.of(given), "is wrong: " + e.getMessage());
        }
    }

    /** Checks the scheme; the store checks the rest. The message does not repeat the URL, which may contain a password. */
    private String redisUrl(String url) throws CliException {
        if (!url.strip().matches("(redis|rediss|redis-sentinel|rediss-sentinel)://\\S.*")) {
            throw new CliException(
                    ExitCode.USAGE,
                    lookup.name(Setting.REDIS_URL) + " must be redis://, rediss:// or redis-sentinel:// with a host;"
                            + " the nodes of a cluster are separated by commas");
        }
        return url;
    }

    private AppSettings.Folders folders() throws CliException {
        return new AppSettings.Folders(
                home,
                folder(Setting.ROUTES),
                dataFolder(),
                lookup.duration(Setting.FILE_QUIET),
                lookup.number(Setting.FILES_AT_ONCE, 1, 64));
    }

    private Path dataFolder() throws CliException {
        Path folder = folder(Setting.DATA);
        if (folder.toString().contains("\\")) {
            throw CliException.setting(
                    lookup.name(Setting.DATA),
                    Printable.of(folder.toString()),
                    "must be a path without \\, which Camel takes for a /");
        }
        return folder;
    }

    private Path folder(Setting setting) throws CliException {
        try {
            return home.resolve(lookup.value(setting)).normalize();
        } catch (InvalidPathException e) {
            throw CliException.setting(
                    lookup.name(setting), Printable.of(lookup.value(setting)), "is not a path: " + e.getReason());
        }
    }

    private @Nullable URI webhookUrl() throws CliException {
        String given = lookup.value(Setting.WEBHOOK_URL);
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
            throw CliException.setting(
                    lookup.name(Setting.WEBHOOK_URL), Printable.of(given), "is not a URL: " + e.getReason());
        }
        throw CliException.setting(
                lookup.name(Setting.WEBHOOK_URL), Printable.of(given), "must be an http:// or https:// URL");
    }

    private AppSettings.@Nullable Coalesce coalesce() throws CliException {
        String given = lookup.value(Setting.COALESCE);
        if (!given.equals("true") && !given.equals("false")) {
            throw CliException.setting(lookup.name(Setting.COALESCE), Printable.of(given), "must be true or false");
        }
        AppSettings.Coalesce coalesce = new AppSettings.Coalesce(
                SettingLookup.queueName(lookup.name(Setting.COALESCE_FROM), lookup.value(Setting.COALESCE_FROM)),
                SettingLookup.queueName(lookup.name(Setting.COALESCE_TO), lookup.value(Setting.COALESCE_TO)),
                lookup.duration(Setting.COALESCE_WINDOW),
                lookup.number(Setting.COALESCE_SIZE, 1, MOST_MESSAGES));
        if (coalesce.from().equals(coalesce.to())) {
            throw CliException.setting(
                    lookup.name(Setting.COALESCE_TO),
                    lookup.value(Setting.COALESCE_TO),
                    "must differ from " + lookup.name(Setting.COALESCE_FROM));
        }
        return given.equals("true") ? coalesce : null;
    }
}
