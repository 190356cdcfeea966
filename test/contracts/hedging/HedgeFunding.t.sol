// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {PerpTerms, TestPerp} from "../../../contracts/local/TestPerp.sol";
import {HedgeFixture} from "./HedgeFixture.sol";

/// @title A mandate at a venue that pays and takes funding
/// @dev given a funding above zero: a long owes it for the time, a short is paid it, and neither passes the caps
contract HedgeFundingTest is HedgeFixture {
    /// @dev Funding is no price and passes no slippage: it costs what the largest position owes for the time, and no more.
    function test_H2_FundingCostsNoMoreThanTheLargestPositionOwes() external {
        int16 dailyBps = 100;
        _useVenueWithFunding(dailyBps);
        _post(90_000e6);
        _report(-int64(MAX_SIZE));
        _trade(int64(MAX_SIZE));
        uint256 before = _worth();
        for (uint256 i = 0; i < 36; ++i) _rest(-int64(MAX_SIZE));
        uint256 elapsed = 36 * uint256(REST);
        uint256 owed = (uint256(MAX_SIZE) * SPOT * uint16(dailyBps) * elapsed) / (1e14 * 1 days);
        assertApproxEqAbs(before - _worth(), owed, 2);
        // A short is paid the same; what comes home beyond its margin makes no room.
        _useVenueWithFunding(dailyBps);
        _post(60_000e6);
        _report(int64(MAX_SIZE));
        _trade(-int64(MAX_SIZE));
        before = _worth();
        for (uint256 i = 0; i < 36; ++i) _rest(int64(MAX_SIZE));
        assertApproxEqAbs(_worth() - before, owed, 2);
        vm.startPrank(hedger);
        mandate.reduce(MAX_SIZE);
        mandate.takeMargin(uint128(60_000e6 + owed - 2));
        vm.stopPrank();
        assertEq(mandate.used().netMargin, 0);
        _marginRefused(MAX_MARGIN + 1, MAX_MARGIN + 1, MAX_MARGIN);
    }

    function _useVenueWithFunding(int16 dailyBps) private {
        perp = new TestPerp(guard, MARKET, token, PerpTerms(0, 1_000, 500, 100, dailyBps));
        token.mint(address(perp), 1e15);
        mandate = _mandateAt(perp);
    }
}
