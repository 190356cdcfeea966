// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {Series, SeriesId} from "../../../contracts/libraries/SeriesId.sol";

/// @notice given a series / when its tenor is the shortest or the longest / it may be opened, one second beyond not.
contract SeriesTenorTest is Test {
    function requireOpenable(Series memory series, uint256 nowSec) external pure {
        SeriesId.requireOpenable(series, nowSec);
    }

    function _refuses(Series memory series, uint256 nowSec) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                SeriesId.SeriesTenorOutOfRange.selector,
                series.expiry,
                nowSec + 1 hours,
                nowSec + 180 days
            )
        );
        this.requireOpenable(series, nowSec);
    }

    function test_TenorEdges() external {
        uint40 expiry = uint40(1_800_000_000 - (1_800_000_000 % 1 days) + 8 hours);
        Series memory series = Series(1, 60_000e8, expiry, true);
        this.requireOpenable(series, expiry - 1 hours);
        _refuses(series, expiry - 1 hours + 1);
        this.requireOpenable(series, expiry - 180 days);
        _refuses(series, expiry - 180 days - 1);
    }
}
