// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CommonBase} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Base.sol";
import {HedgeMandate} from "../../../contracts/hedging/HedgeMandate.sol";
import {PhasedTestFeed} from "../../../contracts/local/PhasedTestFeed.sol";
import {TestPerp} from "../../../contracts/local/TestPerp.sol";
import {TestToken} from "../../../contracts/local/TestToken.sol";
import {CoverStatus} from "../../../contracts/types/FundTypes.sol";
import {InsuranceFund} from "../../../contracts/vault/InsuranceFund.sol";
import {CoverDriver} from "../fund/CoverDriver.sol";
import {HandlerReport, HandlerStats} from "../helpers/HandlerStats.sol";
import {HedgeFixture} from "./HedgeFixture.sol";

/// @notice What the handler drives, and who acts.
struct HedgeWorld {
    HedgeMandate mandate;
    InsuranceFund fund;
    CoverDriver driver;
    TestPerp perp;
    TestToken token;
    PhasedTestFeed feed;
    address hedger;
    address reporter;
    address guardian;
}

/// @title Hostile hedger and reporter, guardian, DAO, market and fund in any order, shaped so that most calls succeed
contract HedgeHandler is HandlerStats, CommonBase {
    uint256 public constant SERIES = 64;
    uint256 private constant MIN_PRICE = 20_000e8;
    uint256 private constant MAX_PRICE = 120_000e8;

    HedgeWorld private _world;
    uint256 private _priceE8;

    /// @notice Everything traded so far, by mandate or guardian.
    uint256 public volumeE8;
    /// @notice What was given to the mandate beside its capital.
    uint256 public donated;

    constructor(HedgeWorld memory world, uint256 priceE8) {
        (_world, _priceE8) = (world, priceE8);
    }

    /// @dev Nothing that happens around the mandate may touch the fund's books or money.
    modifier leavesTheFund() {
        bytes memory before = _fundState();
        _;
        if (keccak256(before) != keccak256(_fundState())) _broken("the fund was touched");
    }

    function post(uint96 amount) external counted("post") leavesTheFund {
        _post(amount);
    }

    function take(uint96 amount) external counted("take") leavesTheFund {
        uint256 most = _spare();
        vm.prank(_world.hedger);
        _world.mandate.takeMargin(uint128(amount % (most + 1)));
    }

    function trade(int64 netDeltaE8, uint64 seed) external counted("trade") leavesTheFund {
        _trade(netDeltaE8, seed);
    }

    function reduce(uint64 seed) external counted("reduce") leavesTheFund {
        uint256 size = _sizeOf(_position());
        if (size == 0) _trade(int64(seed), seed);
        size = 1 + (seed % _sizeOf(_position()));
        volumeE8 += size;
        _pushNow();
        vm.prank(_world.hedger);
        _world.mandate.reduce(uint64(size));
    }

    function unwind(uint64 seed) external counted("unwind") leavesTheFund {
        uint256 size = _sizeOf(_position());
        size = size == 0 ? 0 : seed % (size + 1);
        volumeE8 += size;
        _pushNow();
        vm.prank(_world.guardian);
        _world.mandate.unwind(uint64(size), 0);
        uint256 spare = _spare();
        vm.prank(_world.guardian);
        _world.mandate.unwind(0, uint128(seed % (spare + 1)));
    }

    function pause() external counted("pause") leavesTheFund {
        vm.prank(_world.guardian);
        _world.mandate.pause();
    }

    function movePrice(int16 moveBps) external counted("move price") leavesTheFund {
        int256 moved = (int256(_priceE8) * (10_000 + (moveBps % 500))) / 10_000;
        _priceE8 = uint256(moved);
        if (_priceE8 < MIN_PRICE) _priceE8 = MIN_PRICE;
        if (_priceE8 > MAX_PRICE) _priceE8 = MAX_PRICE;
        _pushNow();
        try _world.perp.liquidate(address(_world.mandate)) {} catch {}
    }

    function donate(uint64 amount) external counted("donate") leavesTheFund {
        donated += amount;
        _world.token.mint(address(_world.mandate), amount);
    }

    function lend(uint256 series, uint96 amount) external counted("lend") {
        _world.driver.reserve(_notDone(series, true), amount % (_world.fund.reservationLimit() + 1));
    }

    function cover(uint256 series, uint96 shortfall) external counted("cover") {
        _world.driver.cover(_notDone(series, false), shortfall % 1e11);
    }

    function pass(uint32 sec) external counted("pass") {
        vm.warp(block.timestamp + (sec % 2 hours));
        _pushNow();
    }

    /// @notice Ends what the fund waits for.
    function complete() external {
        for (uint256 id = 0; id < SERIES; ++id) {
            if (_world.fund.seriesCover(id).status == CoverStatus.OPEN) _world.driver.cover(id, 0);
        }
        if (_world.fund.receivable() != 0) _world.fund.collect();
    }

    function _post(uint256 amount) private {
        if (_world.mandate.used().isPaused) _world.mandate.resume();
        uint256 limit = _world.mandate.marginLimit();
        uint256 margin = _world.mandate.used().netMargin;
        uint256 room = limit > margin ? limit - margin : 0;
        uint256 idle = _world.token.balanceOf(address(_world.mandate));
        vm.prank(_world.hedger);
        _world.mandate.postMargin(uint128(amount % ((room < idle ? room : idle) + 1)));
    }

    /// @dev Towards wherever the reporter points, as far as the seed, the turnover and a tenth of margin allow.
    function _trade(int64 netDeltaE8, uint64 seed) private {
        if (_world.mandate.used().isPaused) _world.mandate.resume();
        vm.warp(block.timestamp + 10 minutes);
        _pushNow();
        int256 position = _position();
        int256 target = -int256(netDeltaE8 % 6e8);
        vm.prank(_world.reporter);
        _world.mandate.reportNetDelta(int64(-target), uint40(block.timestamp));
        target = target > 5e8 ? int256(5e8) : (target < -5e8 ? -int256(5e8) : target);
        int256 gap = target - position;
        uint256 most = _sizeOf(gap);
        uint256 left = _world.mandate.turnoverLeftE8();
        if (left < most) most = left;
        uint256 affordable = _affordable(gap, position);
        if (affordable < most) most = affordable;
        int256 size = int256(1 + (seed % most));
        if (gap < 0) size = -size;
        volumeE8 += _sizeOf(size);
        vm.prank(_world.hedger);
        _world.mandate.trade(int64(size));
        bool isPast = gap > 0 ? _position() > target : _position() < target;
        if (isPast || _position() != position + size) _broken("a trade passed its target");
    }

    /// @dev Back to zero, and from there four times the equity.
    function _affordable(int256 gap, int256 position) private view returns (uint256 size) {
        if (position != 0 && gap > 0 != position > 0) return _sizeOf(position);
        int256 equity = _world.perp.equityOf(address(_world.mandate));
        if (equity <= 0) return 0;
        uint256 held = (uint256(equity) * 1e10 * 4) / _priceE8;
        size = _sizeOf(position);
        return held > size ? held - size : 0;
    }

    function _pushNow() private {
        _world.feed.push(int192(int256(_priceE8)), uint64(block.timestamp));
    }

    /// @dev Equity beyond a tenth of the notional.
    function _spare() private returns (uint256 units) {
        _pushNow();
        int256 needed = int256((_sizeOf(_position()) * _priceE8) / 1e11) + 1;
        int256 equity = _world.perp.equityOf(address(_world.mandate));
        return equity > needed ? uint256(equity - needed) : 0;
    }

    function _position() private view returns (int256 sizeE8) {
        return _world.perp.positionOf(address(_world.mandate));
    }

    function _fundState() private view returns (bytes memory state) {
        InsuranceFund fund = _world.fund;
        uint256 cash = _world.token.balanceOf(address(fund));
        return abi.encode(fund.totalAssets(), fund.reserved(), fund.receivable(), fund.totalSupply(), cash);
    }

    function _notDone(uint256 seed, bool isUnreserved) private view returns (uint256 id) {
        for (uint256 i = 0; i < SERIES; ++i) {
            id = ((seed % SERIES) + i) % SERIES;
            bool isFree = !isUnreserved || _world.fund.seriesCover(id).reserved == 0;
            if (_world.fund.seriesCover(id).status != CoverStatus.DONE && isFree) return id;
        }
        revert("no series left");
    }

    function _sizeOf(int256 value) private pure returns (uint256 size) {
        return uint256(value < 0 ? -value : value);
    }
}

/// @title Invariants 37 to 39: a mandate under hostile keys stays inside its caps and away from the fund
contract HedgeInvariantsTest is HedgeFixture {
    HedgeHandler private handler;

    function setUp() public override {
        super.setUp();
        HedgeWorld memory world = HedgeWorld(mandate, fund, driver, perp, token, feed, hedger, reporter, guardian);
        handler = new HedgeHandler(world, SPOT);
        feed.transferOwnership(address(handler));
        token.transferOwnership(address(handler));
        _grantDao(address(handler));
        bytes4[] memory actions = new bytes4[](11);
        actions[0] = handler.post.selector;
        actions[1] = handler.take.selector;
        actions[2] = handler.trade.selector;
        actions[3] = handler.reduce.selector;
        actions[4] = handler.unwind.selector;
        actions[5] = handler.pause.selector;
        actions[6] = handler.movePrice.selector;
        actions[7] = handler.donate.selector;
        actions[8] = handler.lend.selector;
        actions[9] = handler.cover.selector;
        actions[10] = handler.pass.selector;
        targetContract(address(handler));
        targetSelector(FuzzSelector({addr: address(handler), selectors: actions}));
        _post(50_000e6);
    }

    function invariant_37_MandateLosesNoMoreThanItsMargin() external view {
        uint256 given = CAPITAL + handler.donated();
        assertLe(given, token.balanceOf(address(mandate)) + MAX_MARGIN);
        assertLe(mandate.used().netMargin, MAX_MARGIN);
    }

    function invariant_38_PositionAndTurnoverStayInsideTheirCaps() external view {
        int256 position = perp.positionOf(address(mandate));
        assertLe(uint256(position < 0 ? -position : position), MAX_SIZE);
        uint256 back = (uint256(MAX_TURNOVER) * (block.timestamp - NOON)) / WINDOW;
        assertLe(handler.volumeE8(), 2 * (MAX_TURNOVER + back));
    }

    function invariant_39_TheFundsCashIsWhatItsBooksSay() external view {
        assertEq(token.balanceOf(address(fund)), fund.totalAssets() - fund.reserved() - fund.receivable());
    }

    /// @dev At the end of every run the whole fund can leave, whatever the mandate has lost.
    function afterInvariant() external {
        handler.complete();
        _ripen(alice);
        uint256 assets = fund.totalAssets();
        uint256 paid = _redeem(alice, fund.maxRedeem(alice));
        assertApproxEqAbs(paid, assets, 1);
        HandlerReport.check("HedgeHandler", handler);
    }
}
