package io.qbull.store.redis.raw;

/**
 * A job as it is sent. Its parts are not copied; nobody changes them.
 *
 * @param partition where its key belongs
 * @param id of the job
 * @param key of the job
 * @param body of the job
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record RawJob(int partition, byte[] id, byte[] key, byte[] body) {}
