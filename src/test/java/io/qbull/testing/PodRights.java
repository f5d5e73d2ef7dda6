package io.qbull.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The rights that {@code docs/protocol.md} gives to the ACL user of a pod. The servers of the tests give just these commands to their
 * default user, on every key, so that whatever any test runs shows a command that the page lacks.
 */
public final class PodRights {
    /** Name and password of the user that may do everything on the servers of the tests. */
    public static final String ADMIN = "tests";

    private static final Pattern BLOCK = Pattern.compile("(?s)```\n(.*?)```");

    /** Who needs rights; in the order of the page. */
    public enum Use {
        /** Every pod. */
        POD,
        /** A pod in a cluster, in addition. */
        CLUSTER,
        /** A pod that coalesces messages, in addition. */
        COALESCE,
        /** The same in a cluster, in addition. */
        COALESCE_CLUSTER
    }

    private PodRights() {}

    /**
     * @param use who needs them
     * @param queue name of a queue
     * @return the documented rights to that queue, as arguments of ACL SETUSER
     */
    public static List<String> of(Use use, String queue) {
        String page = page();
        Matcher block = BLOCK.matcher(page.substring(page.indexOf("\n## Rights\n"), page.indexOf("\n## A lease\n")));
        List<String> blocks = block.results().map(found -> found.group(1)).toList();
        assertThat(blocks).as("the rights in docs/protocol.md").hasSize(Use.values().length);
        return Arrays.stream(
                        blocks.get(List.of(Use.values()).indexOf(use)).trim().split("\\s+"))
                .map(right -> right.replace("NAME", queue))
                .toList();
    }

    /**
     * @param use who needs them
     * @return the documented commands, such as {@code xadd} and {@code client|id}
     */
    public static List<String> commands(Use use) {
        return of(use, "Q").stream()
                .filter(right -> right.startsWith("+"))
                .map(right -> right.substring(1))
                .toList();
    }

    /**
     * @param cluster whether the server is one of a cluster
     * @return rights of the default user, as arguments of ACL SETUSER, after which it may do what the page says and no more
     */
    public static List<String> documented(boolean cluster) {
        Set<String> commands = new TreeSet<>(commands(Use.POD));
        commands.addAll(commands(Use.COALESCE));
        if (cluster) {
            commands.addAll(commands(Use.CLUSTER));
            commands.addAll(commands(Use.COALESCE_CLUSTER));
        }
        List<String> rights = new ArrayList<>(List.of("-@all"));
        commands.forEach(command -> rights.add("+" + command));
        return rights;
    }

    /** The users of a server, and whom it is to its master, as arguments of its command line. */
    static List<String> serverOptions(boolean cluster) {
        List<String> options = new ArrayList<>(List.of("--user", "default", "on", "nopass", "~*", "&*"));
        options.addAll(documented(cluster));
        options.addAll(List.of("--user", ADMIN, "on", ">" + ADMIN, "~*", "&*", "+@all"));
        options.addAll(List.of("--masteruser", ADMIN, "--masterauth", ADMIN));
        return options;
    }

    /**
     * Fails if the server has refused the default user a command.
     *
     * @param resp a connection of the administrator
     */
    static void check(Resp resp) {
        assertThat(refused(resp, "default"))
                .as("commands that pods need and the rights in docs/protocol.md lack")
                .isEmpty();
    }

    /**
     * @param resp a connection of the administrator
     * @param user who was refused something
     * @return the commands that the server's ACL log names
     */
    public static List<String> refused(Resp resp, String user) {
        return resp.list("ACL", "LOG").stream()
                .map(each -> (List<?>) each)
                .filter(entry -> value(entry, "username").equals(user)
                        && value(entry, "reason").equals("command"))
                .map(entry -> value(entry, "object"))
                .toList();
    }

    private static String value(List<?> entry, String field) {
        return String.valueOf(entry.get(entry.indexOf(field) + 1));
    }

    private static String page() {
        try {
            return Files.readString(Path.of("docs/protocol.md"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
