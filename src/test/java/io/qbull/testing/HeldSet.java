package io.qbull.testing;

import java.util.ArrayList;
import java.util.List;

/** The sorted set of held jobs as it is in Redis, read without the code under test. */
public final class HeldSet {
    private static final int BUNDLE = 8;

    private static final String READ = """
            local names = {'id', 'key', 'ts', 'body', 'ct', 'h', 'job'}
            local held = {}
            local function hex(bytes)
              return (string.gsub(bytes, '.', function(byte) return string.format('%02x', string.byte(byte)) end))
            end
            for _, member in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
              local at = 22
              local function number()
                local size = string.byte(member, at)
                at = at + size + 1
                return string.sub(member, at - size, at - 1)
              end
              local version = number()
              local mark = string.sub(member, at, at)
              at = at + 1
              local id = number() .. '-' .. number()
              local zero = string.find(member, '\\0', at, true)
              local contents = {cmsgpack.unpack(string.sub(member, zero + 1))}
              if string.sub(member, 1, 1) == 'j' then
                table.insert(contents, 1, id)
              end
              for i = 1, #contents, 2 do
                local ms, seq = string.match(contents[i], '^(%d+)%-(%d+)$')
                for field = 1, #contents[i + 1], 2 do
                  contents[i + 1][field] = names[contents[i + 1][field]] or contents[i + 1][field]
                end
                held[#held + 1] = {
                  string.sub(member, 1, 1) .. (i + 1) / 2,
                  hex(string.sub(member, 2, 21)),
                  string.rep('0', 10 - #version) .. version .. mark .. string.rep('0', 20 - #ms) .. ms .. '-'
                    .. string.rep('0', 20 - #seq) .. seq .. string.sub(member, at, zero - 1),
                  contents[i + 1]
                }
              end
            end
            return held""";

    private HeldSet() {}

    /**
     * A held job.
     *
     * @param member letter of the member that contains it, and its number in that
     * @param tag SHA-1 of its key, in hex
     * @param place its place
     * @param fields names and values of its entry
     */
    public record Held(String member, String tag, String place, List<String> fields) {
        /** The id that its entry had in the stream. */
        public String streamId() {
            String[] parts = place.split("[:;-]", -1);
            return Long.parseUnsignedLong(parts[1]) + "-" + Long.parseUnsignedLong(parts[2]);
        }
    }

    /**
     * @param resp a connection to the server
     * @param key of the set
     * @return the jobs, member by member
     */
    public static List<Held> read(Resp resp, String key) {
        List<Held> jobs = new ArrayList<>();
        for (Object each : resp.list("EVAL", READ, "1", key)) {
            List<?> job = (List<?>) each;
            List<String> fields =
                    ((List<?>) job.get(3)).stream().map(String::valueOf).toList();
            jobs.add(new Held((String) job.get(0), (String) job.get(1), (String) job.get(2), fields));
        }
        return jobs;
    }

    /**
     * @param resp a connection to the server
     * @param key of the set
     * @return the number of jobs
     */
    public static long count(Resp resp, String key) {
        return resp.number("ZCARD", key) + (BUNDLE - 1) * resp.number("ZLEXCOUNT", key, "[b", "(c");
    }
}
