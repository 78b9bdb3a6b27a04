using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Tests.Vhd.Format;

public sealed class VhdGeometryTests
{
    [Theory]
    [InlineData(512, "1/4/17", 34816, "0/4/17", 0)]
    [InlineData(34816, "1/4/17", 34816, "1/4/17", 34816)]
    [InlineData(104448, "3/4/17", 104448, "3/4/17", 104448)]
    [InlineData(1048576, "31/4/17", 1079296, "30/4/17", 1044480)]
    [InlineData(8388608, "241/4/17", 8390656, "240/4/17", 8355840)]
    [InlineData(104857600, "1004/12/17", 104865792, "1003/12/17", 104761344)]
    [InlineData(528482304, "1024/16/63", 528482304, "1024/16/63", 528482304)]
    [InlineData(536870912, "1041/16/63", 537255936, "1040/16/63", 536739840)]
    [InlineData(1073741824, "2081/16/63", 1073995776, "2080/16/63", 1073479680)]
    [InlineData(10737418240, "20806/16/63", 10737893376, "20805/16/63", 10737377280)]
    [InlineData(33285996544, "64496/16/63", 33286127616, "64495/16/63", 33285611520)]
    [InlineData(34359738368, "16449/16/255", 34361303040, "16448/16/255", 34359214080)]
    [InlineData(107374182400, "51401/16/255", 107374632960, "51400/16/255", 107372544000)]
    [InlineData(136365211648, "65279/16/255", 136365219840, "65278/16/255", 136363130880)]
    [InlineData(136899993600, "65535/16/255", 136899993600, "65535/16/255", 136899993600)]
    [InlineData(2190433320960, "65535/16/255", 136899993600, "65535/16/255", 136899993600)]
    public void Geometry_PublishedVector_IsThatOfBothAlgorithms(long size, string xo, long xoBytes, string specification, long specificationBytes)
    {
        var ofXo = VhdGeometry.OfXenOrchestra(size);
        var ofSpecification = VhdGeometry.OfSpecification(size);

        Assert.Equal((xo, xoBytes), (ofXo.ToString(), ofXo.CapacityBytes));
        Assert.Equal((specification, specificationBytes), (ofSpecification.ToString(), ofSpecification.CapacityBytes));
    }

    [Fact]
    public void Maximum_Always_IsTheCap() => Assert.Equal(136899993600, VhdGeometry.Maximum.CapacityBytes);
}
