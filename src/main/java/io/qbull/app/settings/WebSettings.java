package io.qbull.app.settings;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.model.Printable;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads the settings of the two HTTP servers. */
final class WebSettings {
    private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}");
    private static final Pattern HOST = Pattern.compile(
            "[A-Za-z0-9._-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}]|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{0,40}");
    private static final int SHORTEST_TOKEN = 16;
    private static final Set<String> SECRET_HEADERS =
            Set.of("authorization", "cookie", "set-cookie", "proxy-authorization", "idempotency-key");

    private final SettingLookup lookup;

    WebSettings(SettingLookup lookup) {
        this.lookup = lookup;
    }

    /**
     * @throws CliException for the first value that breaks its rule
     */
    AppSettings.Web read() throws CliException {
        String token = token();
        AppSettings.Address http = address(Setting.HTTP_HOST, Setting.HTTP_PORT, token);
        AppSettings.Address management = address(Setting.MANAGEMENT_HOST, Setting.MANAGEMENT_PORT, token);
        if (http.port() == management.port()) {
            throw CliException.setting(
                    lookup.name(Setting.MANAGEMENT_PORT),
                    lookup.value(Setting.MANAGEMENT_PORT),
                    "must differ from " + lookup.name(Setting.HTTP_PORT));
        }
        return new AppSettings.Web(
                http,
                management,
                hosts(),
                token.isEmpty() ? null : token,
                keptHeaders(),
                lookup.number(Setting.MAX_CONNECTIONS, 1, 1_000_000),
                lookup.duration(Setting.BODY_TIMEOUT),
                bulk());
    }

    /** The messages do not repeat the token. */
    private String token() throws CliException {
        String token = lookup.value(Setting.TOKEN);
        if (!token.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw new CliException(
                    ExitCode.USAGE, lookup.name(Setting.TOKEN) + " must be visible ASCII characters without blanks");
        }
        if (!token.isEmpty() && token.length() < SHORTEST_TOKEN) {
            throw new CliException(
                    ExitCode.USAGE,
                    lookup.name(Setting.TOKEN) + " must have at least " + SHORTEST_TOKEN
                            + " characters, so that nobody can guess it; openssl rand -hex 16 makes one");
        }
        return token;
    }

    private Set<String> hosts() throws CliException {
        Set<String> hosts = new HashSet<>();
        for (String host : lookup.list(Setting.HTTP_HOSTS)) {
            if (!HOST.matcher(host).matches()) {
                throw CliException.setting(
                        lookup.name(Setting.HTTP_HOSTS),
                        Printable.of(host),
                        "must be host names or addresses, without scheme and port, separated by commas");
            }
            hosts.add(Hosts.canonical(host));
        }
        return Set.copyOf(hosts);
    }

    private AppSettings.Bulk bulk() throws CliException {
        List<String> keyFields = lookup.list(Setting.KEY_FIELDS);
        if (keyFields.isEmpty()) {
            throw CliException.setting(
                    lookup.name(Setting.KEY_FIELDS), lookup.value(Setting.KEY_FIELDS), "must name at least one member");
        }
        long requestSize = lookup.value(Setting.MAX_REQUEST_SIZE).isEmpty()
                ? Long.MAX_VALUE
                : lookup.wholeNumber(Setting.MAX_REQUEST_SIZE, 1, Long.MAX_VALUE);
        return new AppSettings.Bulk(
                requestSize,
                lookup.number(Setting.MAX_LINE_LENGTH, 1, 256 << 20),
                lookup.number(Setting.MAX_JSON_DEPTH, 1, 1_000),
                keyFields);
    }

    private AppSettings.Address address(Setting host, Setting port, String token) throws CliException {
        String given = lookup.value(host);
        if (!Hosts.exists(given)) {
            throw CliException.setting(lookup.name(host), Printable.of(given), "is not a host that this machine knows");
        }
        if (token.isEmpty() && !Hosts.isLoopback(given)) {
            throw CliException.setting(
                    lookup.name(host),
                    Printable.of(given),
                    "can be reached from other machines: set " + Setting.TOKEN.variable() + ", or use 127.0.0.1");
        }
        return new AppSettings.Address(given, lookup.number(port, 1, 65_535));
    }

    private Set<String> keptHeaders() throws CliException {
        for (String header : lookup.list(Setting.HTTP_HEADERS)) {
            String lower = header.toLowerCase(Locale.ROOT);
            if (!HEADER.matcher(header).matches()) {
                throw CliException.setting(
                        lookup.name(Setting.HTTP_HEADERS), Printable.of(header), "is not a header name");
            }
            if (lower.startsWith("camel") || lower.startsWith("org.apache.camel") || SECRET_HEADERS.contains(lower)) {
                throw CliException.setting(lookup.name(Setting.HTTP_HEADERS), header, "is never kept with a job");
            }
        }
        return Set.copyOf(lookup.list(Setting.HTTP_HEADERS));
    }
}
