namespace MirrorBackup.Remotes.Memory;

/// <summary>The content of one file in memory: pages, of which those that are all zeros are not kept. Thread-safe.</summary>
internal sealed class MemoryFile
{
    private const int PageBytes = 64 << 10;

    private readonly Lock _gate = new();
    private readonly Dictionary<long, byte[]> _pages = [];
    private long _length;

    public long Length
    {
        get
        {
            lock (_gate)
            {
                return _length;
            }
        }
    }

    public int Read(long offset, Span<byte> buffer)
    {
        lock (_gate)
        {
            var count = (int)Math.Clamp(_length - offset, 0, buffer.Length);
            for (var done = 0; done < count;)
            {
                var (page, start) = Math.DivRem(offset + done, PageBytes);
                var part = buffer.Slice(done, (int)Math.Min(count - done, PageBytes - start));
                if (_pages.TryGetValue(page, out var bytes))
                {
                    bytes.AsSpan((int)start, part.Length).CopyTo(part);
                }
                else
                {
                    part.Clear();
                }

                done += part.Length;
            }

            return count;
        }
    }

    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        lock (_gate)
        {
            _length = Math.Max(_length, offset + data.Length);
            while (!data.IsEmpty)
            {
                var (page, start) = Math.DivRem(offset, PageBytes);
                var part = data[..(int)Math.Min(data.Length, PageBytes - start)];
                Store(page, (int)start, part);
                offset += part.Length;
                data = data[part.Length..];
            }
        }
    }

    public void SetLength(long length)
    {
        lock (_gate)
        {
            if (length < _length)
            {
                var (last, used) = Math.DivRem(length, PageBytes);
                foreach (var page in _pages.Keys.Where(page => page > last || (page == last && used == 0)).ToList())
                {
                    _pages.Remove(page);
                }

                if (_pages.TryGetValue(last, out var bytes))
                {
                    bytes.AsSpan((int)used).Clear();
                }
            }

            _length = length;
        }
    }

    private void Store(long page, int start, ReadOnlySpan<byte> part)
    {
        if (!_pages.TryGetValue(page, out var bytes))
        {
            if (part.IndexOfAnyExcept((byte)0) < 0)
            {
                return;
            }

            _pages[page] = bytes = new byte[PageBytes];
        }

        part.CopyTo(bytes.AsSpan(start));
    }
}
